package workload

import (
	"fmt"
	"path"
	"strings"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/safetext"
	"github.com/layergate/layergate/pkg/workload"
)

func sensitivePath() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-RUN-012", Name: "sensitive-host-path", Kind: finding.KindCheck, Severity: finding.SeverityHigh,
			Title:  "the container mounts a sensitive path of its host",
			Why:    "What stands there configures or is the host: who can write it owns the host, and who can read it finds its keys.",
			Remedy: "Remove the mount, or mount the one file that the program needs, read-only.",
			References: []check.Reference{
				{Name: "CIS Docker 5.6"},
				{Name: "PSS baseline", URL: pssPage},
				{Name: "Trivy KSV-0121"},
				{Name: "kube-linter sensitive-host-mounts", URL: kubeLinterPage},
				{Name: "Kubescape C-0045", URL: kubescapePage + "c-0045"},
			},
		},
		container: findSensitivePath,
	}
}

func findSensitivePath(_ *input, _ *workload.Workload, c *workload.Container) []violation {
	var out []violation
	for _, m := range c.Mounts {
		if m.HostPath != "" && isSensitive(m.HostPath) && !workload.IsEngineSocket(m.HostPath) {
			out = append(out, violation{at: m.Place, saw: fmt.Sprintf("%s of the host is mounted%s", safetext.Escape(m.HostPath), writable(m)), field: m.HostPath})
		}
	}
	return out
}

// writable says of a mount that it can be written.
func writable(m workload.Mount) string {
	if m.ReadOnly {
		return ""
	}
	return ", and can be written"
}

// isSensitive tells whether a path of a host is one that configures or is the host, or above or below such a one.
func isSensitive(p string) bool {
	for _, home := range []string{"~", "$HOME", "${HOME}"} { // as shells and Compose write it
		if rest, ok := strings.CutPrefix(p, home); ok && (rest == "" || rest[0] == '/') {
			p = "/home/user" + rest
		}
	}
	p = path.Clean(p)
	for _, s := range sensitivePaths {
		if p == "/" || p == s || strings.HasPrefix(p, s+"/") || strings.HasPrefix(s, p+"/") {
			return true
		}
	}
	return false
}

// sensitivePaths are directories that configure or are a host.
var sensitivePaths = []string{
	"/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/lib64", "/proc", "/root", "/run", "/sbin", "/sys", "/usr", "/var/lib/containerd",
	"/var/lib/docker", "/var/lib/etcd", "/var/lib/kubelet", "/var/log", "/var/run", "/var/spool/cron",
}
