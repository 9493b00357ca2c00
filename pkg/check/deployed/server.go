package deployed

import (
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/workload"
)

// server is a program that does not start, or not work, where it cannot write to its directories.
type server struct{ packages, programs, directories []string }

func servers() []server {
	return []server{
		{[]string{"nginx"}, []string{"nginx"}, []string{"/run", "/var/cache/nginx"}},
		{[]string{"apache2"}, []string{"apache2", "apache2ctl", "apachectl", "apache2-foreground"}, []string{"/run/apache2", "/var/log/apache2"}},
		{[]string{"httpd"}, []string{"httpd", "apachectl", "httpd-foreground"}, []string{"/run/httpd"}},
		{[]string{"haproxy"}, []string{"haproxy"}, []string{"/run/haproxy"}},
		{[]string{"mariadb-server", "mysql-server"}, []string{"mysqld", "mysqld_safe", "mariadbd", "mariadbd-safe"}, []string{"/run/mysqld", "/tmp"}},
		{[]string{"squid"}, []string{"squid"}, []string{"/run", "/var/spool/squid"}},
	}
}

// installed tells whether a platform has the server.
func (s server) installed(p Platform) bool {
	return slices.ContainsFunc(s.packages, func(name string) bool { return slices.Contains(p.Packages, name) })
}

// mayRun tells whether a command starts the server, or does not tell what it starts: where there is none, and where a script or
// a supervisor decides.
func (s server) mayRun(command []string) bool {
	return len(command) == 0 || check.Runs(command, s.programs...) || slices.ContainsFunc(command, isScript) || check.Runs(command, supervisors()...)
}

// isScript tells by its name whether a word of a command is a script, as those are that most images begin with.
func isScript(word string) bool {
	return strings.HasSuffix(word, ".sh") || strings.Contains(word, "entrypoint")
}

// supervisors are programs that start what their configuration says.
func supervisors() []string {
	return []string{"supervisord", "s6-svscan", "s6-overlay-suexec", "init", "runsvdir", "runsvdir-start", "runit", "systemd", "monit"}
}

// started is what a container of the image starts: what its manifest says, with the image's entry point where that stays.
func (p Platform) started(c *workload.Container) []string {
	switch {
	case c.OwnEntrypoint:
		return c.Command.Value
	case len(c.Command.Value) > 0:
		return slices.Concat(p.Entrypoint, c.Command.Value)
	}
	return slices.Concat(p.Entrypoint, p.Cmd)
}
