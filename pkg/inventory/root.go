package inventory

import (
	"path"
	"strings"

	"github.com/anchore/syft/syft/linux"

	"github.com/layergate/layergate/pkg/natural"
	"github.com/layergate/layergate/pkg/regex"
)

// databasePath are the places of package databases in the file system of the system that they list: the group is the
// directory that holds that system, such as a chroot, and empty for the image's own.
var databasePath = regex.New(`^(.*?)/(?:` + strings.Join([]string{
	`(?:usr/|var/)?lib/dpkg/status(?:\.d/[^/]+)?`,
	`(?:usr/|var/)?lib/opkg/(?:status|info/[^/]+)`,
	`(?:usr/|var/)?lib/apk/db/installed`,
	`(?:var/lib|usr/share|usr/lib/sysimage)/rpm/[^/]+`,
	`var/lib/rpmmanifest/[^/]+`,
	`var/lib/pacman/local/.+/desc`,
	`var/db/pkg/[^/]+/[^/]+/CONTENTS`,
}, "|") + `)$`)

// rootOf is the directory of the system that a package database belongs to: "/", or that of a chroot. A database that
// is kept elsewhere belongs where the link to it stands, or else to the image's own system.
func rootOf(own, access string) string {
	for _, name := range []string{own, access} {
		if m := databasePath.FindStringSubmatch(name); m != nil {
			return path.Clean("/" + m[1])
		}
	}
	return "/"
}

// within names the path that a system at root knows as name.
func within(root, name string) string {
	if root == "/" || strings.HasPrefix(name, root+"/") {
		return name
	}
	return path.Join(root, name)
}

// system names the system below a directory, as it is after a layer.
type system struct {
	root  string
	layer int
}

// releaseOf is the distribution that a system says it is, or nil where it does not say.
func (s *scan) releaseOf(at system) *linux.Release {
	r, known := s.releases[at]
	if !known {
		r = linux.IdentifyRelease(s.within(s.tree.View(at.layer), at.root))
		s.releases[at] = r
	}
	return r
}

// release is the distribution of a package that a database below root listed in a layer: what the system at root was
// then. A system that names itself only in a later layer, as where each package of a distribution is a layer, was that
// before; one that never does is taken for a part of the image's own.
func (s *scan) release(root string, layer int) *linux.Release {
	for _, at := range []string{root, "/"} {
		for i := layer; i < s.tree.Layers(); i++ {
			if r := s.releaseOf(system{at, i}); r != nil {
				return r
			}
		}
	}
	return nil
}

// releaseFor is the distribution of a package, and its package URL, which names that: those of its last record, but for records since which
// the system calls itself another distribution, or an older release, than it did when the package came. An upgrade of the distribution
// brings packages of its own, and does not go back.
func (s *scan) releaseFor(o *occurrences) (*linux.Release, string) {
	from := o.list[0]
	known := s.release(from.Root, from.layer)
	for _, it := range o.list[1 : o.kept+1] {
		r := s.release(it.Root, it.layer)
		if known == nil || r != nil && r.ID == known.ID && natural.Compare(r.VersionID, known.VersionID) >= 0 {
			from, known = it, r
		}
	}
	return known, from.PURL
}
