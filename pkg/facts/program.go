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

// noteProgram notes programs by their names. What has such a name and is no executable of the system is something else, such
// as a script that calls one.
func (t *taking) noteProgram(v layerfs.Version) {
	if !v.Executable() || v.HardLink || v.Mode&0o111 == 0 {
		return
	}
	var kind Kind
	switch name := v.Name(); {
	case slices.Contains([]string{"sshd", "sshd-session", "dropbear", "dropbearmulti"}, name):
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
