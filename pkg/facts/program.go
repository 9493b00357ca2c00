package facts

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/layerfs"
)

// compiler matches the names of programs that make programs.
var compiler = regexp.MustCompile(`^([a-z0-9_]+-)*(gcc|g\+\+|gfortran|clang|clang\+\+|tcc|rustc|javac|ghc|dmd|ldc2|go)(-[0-9.]+)?$`)

// programs are the directories that a search path leads to.
var programs = []string{"bin", "sbin"}

// noteProgram notes programs by their names, and SSH daemons by what they are as well. What has such a name and is no executable of
// the system is something else, such as a script that calls one.
func (t *taking) noteProgram(v layerfs.Version) {
	if !v.Program() {
		return
	}
	var kind Kind
	switch name := v.Name(); {
	case isSSHDaemon(v.Entry, name):
		kind = SSHDaemon
	case slices.Contains([]string{"sudo", "sudo-rs", "doas"}, name):
		kind = Sudo
	case compiler.MatchString(name):
		kind = Compiler
	default:
		return
	}
	p := v.Path()
	if name := path.Base(path.Dir(p)); slices.Contains(programs, name) || kind == SSHDaemon || strings.Contains(p, "/libexec/") {
		t.add(v, p, kind)
	}
}

// isSSHDaemon tells whether a program is an SSH daemon, by its content or by its name.
func isSSHDaemon(e *layerfs.Entry, name string) bool {
	return e.Program() && (e.SSHDaemon || namesSSHDaemon(name))
}

// namesSSHDaemon tells whether a program is called as an SSH daemon is.
func namesSSHDaemon(name string) bool {
	return slices.Contains([]string{"sshd", "sshd-session", "dropbear", "dropbearmulti", "tinysshd", "lshd"}, name)
}

// noteLinks notes the symbolic links by which an SSH daemon can be started. One that is called as a daemon makes one of the program
// that it leads to.
func (t *taking) noteLinks() {
	top := t.tree.Top()
	for _, l := range t.links {
		named := namesSSHDaemon(l.Name())
		if !named && !t.daemons {
			continue
		}
		p := l.Path()
		f, ok := top.Stat(p)
		switch {
		case !ok || !f.Program():
		case isSSHDaemon(f.Entry, path.Base(f.Path)):
			t.add(l, p, SSHDaemonLink)
		case named:
			t.add(l, p, SSHDaemon)
		}
	}
}

// minCache is how many bytes of a cache are worth a word.
const minCache = 100 << 10

// caches are the directories in which package managers keep what they can fetch again.
var caches = []string{
	"/etc/apk/cache/", "/root/.bundle/cache/", "/root/.cache/", "/root/.cargo/registry/", "/root/.composer/cache/", "/root/.gradle/caches/", "/root/.m2/repository/",
	"/root/.npm/_cacache/", "/root/.nuget/packages/", "/usr/local/share/.cache/", "/var/cache/apk/", "/var/cache/apt/", "/var/cache/dnf/", "/var/cache/libdnf5/",
	"/var/cache/pacman/pkg/", "/var/cache/yum/", "/var/cache/zypp/", "/var/lib/apt/lists/",
}

// noteCache adds a file up where it lies in a package manager's cache.
func (t *taking) noteCache(v layerfs.Version) {
	if v.HardLink || v.Size == 0 {
		return
	}
	p := v.Path()
	for _, dir := range caches {
		if !strings.HasPrefix(p, dir) {
			continue
		}
		at := place{v.Layer, strings.TrimSuffix(dir, "/")}
		f := t.caches[at]
		if f == nil {
			f = &File{Kind: Cache, Path: at.path, Hidden: -1}
			t.caches[at] = f
		}
		f.Files++
		f.Bytes += v.Size
	}
}
