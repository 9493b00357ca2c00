package inventory

import (
	"path"
	"strings"
	"sync"

	"github.com/layergate/layergate/pkg/layerfs"
	"github.com/layergate/layergate/pkg/regex"
)

// This file tells an upgrade of packages of which nothing says which files they have from an edit of their records: an
// upgrade puts other content in the place of files of the system, or programs where it takes others away. Whose they are,
// nothing says: where each of several may be upgraded, it is not known which are.

// span are the layers after one up to another, of a system.
type span struct {
	root     string
	from, to int
}

// fate is what became of a package of which nothing says which files it had, as far as records and files tell.
type fate uint8

const (
	edited   fate = iota // its record only
	unsure               // it was upgraded, or only its record edited
	upgraded             // it became another
)

// fates returns what tells the fate of a package of which nothing says which files it had, by later records with its name. One
// of another version that lists files whose content it changed took its place. Of one that lists none it is not known, once
// the system was refreshed by as many files as versions were raised. The same version of another source or architecture is no
// upgrade.
func (s *scan) fates(all, unlisted []*occurrences, recorded map[database]map[string][]*occurrences) func(o *occurrences, later []*occurrences) fate {
	listed := sync.OnceValue(func() map[string]bool { return s.listedElsewhere(all, unlisted) })
	refreshed := remembered(func(in span) int { return s.refreshed(in, listed()) })
	isListed := remembered(func(o *occurrences) bool {
		_, by := s.files(o.it())
		return by != unknown
	})
	raised, counted := map[system]int{}, map[*occurrences]bool{}
	for _, o := range unlisted {
		for _, other := range o.later(recorded) {
			if other.key.version != o.key.version && !isListed(other) && !counted[other] { // of several architectures, each is another of both
				counted[other] = true
				raised[system{o.key.root, other.layer}]++
			}
		}
	}
	return func(o *occurrences, later []*occurrences) fate {
		out := edited
		for _, other := range later {
			in := span{o.key.root, o.it().layer, other.layer}
			switch {
			case other.key.version == o.key.version:
			case isListed(other):
				out = max(out, s.fateBeside(other, in))
			case refreshed(in) >= raised[system{in.root, in.to}]:
				out = max(out, unsure)
			}
		}
		return out
	}
}

// fateBeside is that of a package beside another version, which lists files. It was upgraded if any executable of these has
// other content than before, or if they have none, any file. Where they are only new, or there is none, nothing tells.
func (s *scan) fateBeside(other *occurrences, in span) fate {
	files, _ := s.belongings(other.it())
	before, out, none, executable := s.tree.View(in.from), edited, true, false
	for f := range files {
		none = false
		if f.Executable() && !executable {
			executable, out = true, edited
		}
		if executable && !f.Executable() {
			continue
		}
		if _, old := s.find(s.executables(in.from), f); old {
			continue
		}
		was, there := before.Lstat(f.Path)
		switch {
		case !there:
			out = max(out, unsure)
		case s.differ(was, f):
			out = upgraded
		}
	}
	if none {
		return unsure
	}
	return out
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

// refreshed counts the files of a system that layers refresh and that are not excluded.
func (s *scan) refreshed(in span, excluded map[string]bool) int {
	before, after := s.tree.View(in.from), s.tree.View(in.to)
	added := map[string]int{} // new programs, by their directories
	count := 0
	for f := range after.Below(in.root) {
		if f.Layer <= in.from || !isOfSystem(in.root, f) || excluded[f.Path] {
			continue
		}
		was, there := before.Lstat(f.Path)
		if there && s.differ(was, f) {
			count++
		}
		if !there && isProgram(f) {
			added[path.Dir(f.Path)]++
		}
	}
	for f := range before.Below(in.root) {
		if added[path.Dir(f.Path)] > 0 && isProgram(f) && isOfSystem(in.root, f) {
			if _, still := after.Lstat(f.Path); !still {
				count++
				added[path.Dir(f.Path)]--
			}
		}
	}
	return count
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
