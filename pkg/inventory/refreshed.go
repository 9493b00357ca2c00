package inventory

import (
	"path"
	"strings"

	"github.com/layergate/layergate/pkg/layerfs"
	"github.com/layergate/layergate/pkg/regex"
)

// This file tells an upgrade of packages of which nothing says which files they have from an edit of their records: an
// upgrade puts other content in the place of files of the system, or programs where it takes others away.

// span are the layers after one up to another, of a system.
type span struct {
	root     string
	from, to int
}

// upgrades returns what tells whether a package of which nothing says which files it had may have become one of others,
// which have its name and a record: one that was there beside it, or one of another version, first recorded once the
// system was refreshed. The same version of another source or architecture is no upgrade.
func (s *scan) upgrades(all, unlisted []*occurrences) func(o *occurrences, others []*occurrences) bool {
	var listed map[string]bool
	refreshed := remembered(func(in span) bool {
		if listed == nil {
			listed = s.listedElsewhere(all, unlisted)
		}
		return s.isRefreshed(in, listed)
	})
	return func(o *occurrences, others []*occurrences) bool {
		from := o.it().layer
		for _, other := range others {
			if other.layer <= from || other.key.version != o.key.version && refreshed(span{o.key.root, from, other.layer}) {
				return true
			}
		}
		return false
	}
}

// listedElsewhere are the files of packages with a record that have the name of none of which nothing is known: what
// becomes of them, says nothing of those.
func (s *scan) listedElsewhere(all, unlisted []*occurrences) map[string]bool {
	type named struct{ root, name string }
	names := map[named]bool{}
	for _, o := range unlisted {
		names[named{o.key.root, o.key.name}] = true
	}
	listed := map[string]bool{}
	for _, o := range all {
		if o.visible && o.key.root != "" && !names[named{o.key.root, o.key.name}] {
			s.addListed(listed, o)
		}
	}
	return listed
}

// isRefreshed tells whether layers refresh files of a system that are not excluded.
func (s *scan) isRefreshed(in span, excluded map[string]bool) bool {
	before, after := s.tree.View(in.from), s.tree.View(in.to)
	added := map[string]bool{} // directories with new programs
	for f := range after.Below(in.root) {
		if f.Layer <= in.from || !isOfSystem(in.root, f) || excluded[f.Path] {
			continue
		}
		was, there := before.Lstat(f.Path)
		if there && s.differ(was, f) {
			return true
		}
		if !there && isProgram(f) {
			added[path.Dir(f.Path)] = true
		}
	}
	if len(added) == 0 {
		return false
	}
	for f := range before.Below(in.root) {
		if added[path.Dir(f.Path)] && isProgram(f) && isOfSystem(in.root, f) {
			if _, still := after.Lstat(f.Path); !still {
				return true
			}
		}
	}
	return false
}

// ofSystem are the paths at which packages have a system's files; notSystem are those among them of nobody's, and of
// package databases.
var (
	ofSystem  = regex.New(`^/(?:usr|s?bin|lib[^/]*)/`)
	notSystem = regex.New(`^/usr/local/|^(?:/usr)?/lib/(?:apk|[do]pkg|sysimage)/|^/usr/share/rpm/`)
)

// isOfSystem tells whether a regular file lies where a system's packages have their files: what else lies in an image
// is replaced without them.
func isOfSystem(root string, f layerfs.File) bool {
	own := strings.TrimPrefix(f.Path, strings.TrimSuffix(root, "/"))
	return f.Type == layerfs.Regular && !isLeftBehind(own) && ofSystem.MatchString(own) && !notSystem.MatchString(own)
}
