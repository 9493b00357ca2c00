package inventory

import (
	"github.com/anchore/syft/syft/pkg"

	"github.com/layergate/layergate/pkg/layerfs"
)

// This file finds out which packages of a system are still there of whose files nothing is known.

// database names the list that a system keeps of its packages of a type.
type database struct{ root, typ string }

func (o *occurrences) database() database { return database{o.key.root, o.key.typ} }

// revealUnlisted makes packages visible of which nothing says which files they had: where their whole database was
// removed or emptied, which no package manager does, and where their record alone was taken out: of a database that
// lists no package's files, while no executable of the system is missing; of one of dpkg's or opkg's that lists those of
// others, while an executable is left that nobody lists and that may be theirs. Where a later record has their name,
// refreshed.go tells what became of them, and where it cannot, they are noted. Of a system that was removed itself, nothing
// is there.
func (s *scan) revealUnlisted(all, unlisted []*occurrences) {
	if len(unlisted) == 0 {
		return
	}
	named := map[database]map[string][]*occurrences{} // the packages that have a record, by their name
	for _, o := range all {
		if o.visible {
			if named[o.database()] == nil {
				named[o.database()] = map[string][]*occurrences{}
			}
			named[o.database()][o.key.name] = append(named[o.database()][o.key.name], o)
		}
	}
	listing := s.listing(all)
	fateOf := s.fates(all, unlisted, named)
	intact, running := remembered(s.isIntact), remembered(s.hasProgram)
	left := remembered(func(at system) bool { return s.unlistedLeft(all, at) })
	for _, o := range unlisted {
		at := system{o.key.root, o.it().layer}
		recorded := named[o.database()]
		mayBeThere := false
		later := o.later(named)
		switch {
		case recorded == nil:
			mayBeThere = s.isThere(at.root)
		case listing[o.database()]:
			mayBeThere = s.hasNoList(o.it()) && left(at)
		case len(later) > 0:
			mayBeThere = running(at)
		default:
			mayBeThere = intact(at)
		}
		if !mayBeThere {
			continue
		}
		became := edited
		if len(later) > 0 {
			became = fateOf(o, later)
		}
		switch became {
		case edited:
			s.reveal(o)
		case unsure:
			s.unsure = append(s.unsure, later...)
		}
	}
}

// later are those of some recorded packages that have a package's name, and a record since a later layer. What was there beside it, such
// as one of another architecture, says nothing of it.
func (o *occurrences) later(recorded map[database]map[string][]*occurrences) []*occurrences {
	var out []*occurrences
	for _, other := range recorded[o.database()][o.key.name] {
		if other.layer > o.it().layer {
			out = append(out, other)
		}
	}
	return out
}

// remembered is a question that is asked once about each thing, and only about those that somebody asks about.
func remembered[T comparable, A any](ask func(T) A) func(T) A {
	known := map[T]A{}
	return func(at T) A {
		answer, ok := known[at]
		if !ok {
			answer = ask(at)
			known[at] = answer
		}
		return answer
	}
}

// listing tells which databases say of at least one package which files it has.
func (s *scan) listing(all []*occurrences) map[database]bool {
	out := map[database]bool{}
	for _, o := range all {
		if db := o.database(); db.root != "" && !out[db] {
			_, by := s.files(o.it())
			out[db] = by != unknown
		}
	}
	return out
}

// isThere tells whether any file of a system is there in the end.
func (s *scan) isThere(root string) bool {
	for f := range s.tree.Top().Below(root) {
		if f.Type == layerfs.Regular {
			return true
		}
	}
	return root == "/"
}

// isIntact tells whether a system had executables after a layer, and has every one of them in the end.
func (s *scan) isIntact(at system) bool {
	found := false
	for f := range s.tree.View(at.layer).Below(at.root) {
		if !f.Executable() {
			continue
		}
		if _, ok := s.left(f); !ok {
			return false
		}
		found = true
	}
	return found
}

// hasProgram tells whether a program of a system is there in the end as it was after a layer.
func (s *scan) hasProgram(at system) bool {
	for f := range s.tree.View(at.layer).Below(at.root) {
		if isOfSystem(at.root, f) && isProgram(f) {
			if _, ok := s.left(f); ok {
				return true
			}
		}
	}
	return false
}

// hasNoList tells whether a package is one of dpkg's or opkg's of which not even an empty list of files was there. Other databases list no
// files of packages that have none.
func (s *scan) hasNoList(o occurrence) bool {
	if o.Type != pkg.DebPkg {
		return false
	}
	_, ok := dpkgListFile(s.tree.View(o.layer), o.primary()[0].Path, o.Name, o.Arch)
	return !ok
}

// unlistedLeft tells whether a system has an executable in the end that it had after a layer, and that no package of it lists.
func (s *scan) unlistedLeft(all []*occurrences, at system) bool {
	listed := map[string]bool{}
	for _, o := range all {
		if o.key.root == at.root {
			s.addListed(listed, o)
		}
	}
	for f := range s.tree.View(at.layer).Below(at.root) {
		if _, ok := s.left(f); ok && f.Executable() && !listed[f.Path] {
			return true
		}
	}
	return false
}

// addListed adds the files that a package lists.
func (s *scan) addListed(listed map[string]bool, o *occurrences) {
	v := s.tree.View(o.it().layer)
	for _, name := range s.filesOf(v, o.it().found) {
		if f, ok := v.Stat(name); ok {
			listed[f.Path] = true
		}
	}
}
