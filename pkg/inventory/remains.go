package inventory

import "path"

// This file finds the packages that are still there though a later layer removed or replaced what says so: whoever
// trims a package database changes nothing about the programs.
//
// A package is there as long as one of its files has the content that it had when the package was last recorded: the
// file itself, one that a later layer wrote in its place, or, for an executable, one that lies anywhere else. An
// upgrade leaves such files, too, where both versions have the same content: they count as the new version's if that
// brought at least one file of its own, which one that only claims to be newer did not. Executables of an operating
// system's packages differ with every version, so that an old one is the old package's.

// maxLeft is how many files that are left of a package are looked at: more do not say more.
const maxLeft = 100

// findRemains makes packages visible that are still there without a record.
func (s *scan) findRemains(all []*occurrences) {
	left := map[*occurrences][]string{}
	wanted := map[string]bool{} // all paths in left
	var unlisted []*occurrences
	for _, o := range all {
		if o.visible {
			continue
		}
		files, by := s.belongings(o.it())
		if by == unknown {
			unlisted = append(unlisted, o)
			continue
		}
		for f := range files {
			if len(left[o]) == maxLeft {
				break
			}
			if by == listed || f.Layer >= o.layer {
				left[o] = append(left[o], f.Path)
				wanted[f.Path] = true
			}
		}
	}
	s.revealUnlisted(all, unlisted)
	s.dropInherited(all, wanted)
	for o, paths := range left {
		for _, name := range paths {
			if wanted[name] {
				s.reveal(o)
				break
			}
		}
	}
}

// dropInherited takes from paths those that a package with a record has taken over.
func (s *scan) dropInherited(all []*occurrences, paths map[string]bool) {
	if len(paths) == 0 {
		return
	}
	bases := map[string]bool{}
	for name := range paths {
		bases[path.Base(name)] = true
	}
	for _, o := range all {
		if !o.visible || !o.it().mayOwn(bases) {
			continue
		}
		files, by := s.belongings(o.it())
		if by != listed && by != beside {
			continue
		}
		var shared []string
		brought := false
		for f := range files {
			own := f.Layer >= o.layer
			brought = brought || own
			if paths[f.Path] && (own || !f.Executable() || o.key.root == "") {
				shared = append(shared, f.Path)
			}
		}
		if brought {
			for _, name := range shared {
				delete(paths, name)
			}
		}
	}
}

// mayOwn tells whether a package lists a file of one of some base names, or does not list its files.
func (f *found) mayOwn(bases map[string]bool) bool {
	for name := range f.ownedFiles {
		if bases[path.Base(name)] {
			return true
		}
	}
	return f.Owned == ""
}

// reveal makes a package visible whose record is gone.
func (s *scan) reveal(o *occurrences) {
	o.visible, o.hiddenBy = true, s.tree.Layers()-1
	for i := o.it().layer + 1; i < o.hiddenBy; i++ {
		if !s.isAnywhereAt(i, o.it().primary()) {
			o.hiddenBy = i
		}
	}
}

func (s *scan) isAnywhereAt(layer int, places []place) bool {
	for _, p := range places {
		if s.isAt(layer, p) {
			return true
		}
	}
	return false
}
