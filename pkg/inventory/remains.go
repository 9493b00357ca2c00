package inventory

import (
	"iter"
	"path"
	"slices"

	"github.com/layergate/layergate/pkg/layerfs"
)

// This file finds the packages that are still there though a later layer removed or replaced what says so: whoever
// edits a package database changes nothing about the programs. Which of their files are another package's by then,
// takeover.go says.
//
// A package is there as long as one of its files has the content that it had when the package was last recorded: the
// file itself, one that a later layer wrote in its place, or, for an executable, one that lies anywhere else. Scripts and
// data lie in many packages alike: elsewhere they count where a later layer brought most of a package's.

// maxLeft is how many programs that are left of a package are looked at, and how many other files: more do not say more.
const maxLeft = 100

// remnant is a package without a record, of which files are left.
type remnant struct {
	*occurrences
	known occurrence      // the last find that says which files it has
	left  map[string]bool // paths of the final file system
	whole bool            // most of its programs are left, of those that were looked at
	runs  bool            // an executable of it is left
	lost  bool            // a file of it is not left
}

// findRemains makes packages visible that are still there without a record.
func (s *scan) findRemains(all []*occurrences) {
	var remnants []*remnant
	var unlisted []*occurrences
	recorded := map[key]bool{}
	for _, o := range all {
		if o.visible {
			recorded[o.anywhere()] = true
		}
	}
	for _, o := range all {
		if o.visible {
			continue
		}
		known, files, by := s.lastKnown(o)
		if by == unknown {
			unlisted = append(unlisted, o)
			continue
		}
		r := &remnant{occurrences: o, known: known, left: map[string]bool{}}
		if s.look(r, files, by, recorded[o.anywhere()]); len(r.left) > 0 {
			remnants = append(remnants, r)
		}
	}
	s.revealUnlisted(all, unlisted)
	s.dropTaken(all, remnants)
	for _, r := range remnants {
		if len(r.left) > 0 {
			s.reveal(r.occurrences)
		}
	}
}

// lastKnown is the last find of a package that says which files it has, and those files; there are none where no find
// does. A later layer may have repeated the record and taken the list away.
func (s *scan) lastKnown(o *occurrences) (occurrence, iter.Seq[layerfs.File], basis) {
	files, by := s.files(o.it())
	if by != unknown {
		return o.it(), files, by
	}
	for _, it := range slices.Backward(o.list) {
		if files, by := s.files(it); by != unknown {
			return it, files, by
		}
	}
	return o.it(), func(func(layerfs.File) bool) {}, unknown
}

// maxSample is how many files that are not left are looked for elsewhere, before all of them are.
const maxSample = 100

// look finds what is left of a package's files. Where the package is there by a record in another place, nothing of it is
// looked for elsewhere.
func (s *scan) look(r *remnant, files iter.Seq[layerfs.File], by basis, recorded bool) {
	left, gone := 0, 0 // of its programs
	var absent []layerfs.File
	for f := range files {
		program := isProgram(f)
		if program && left >= maxLeft && (r.runs || !f.Executable()) || !program && len(r.left)-left >= maxLeft {
			continue
		}
		now, ok := s.remaining(f)
		switch {
		case ok && by != listed && now.Layer < r.layer:
		case ok:
			r.left[now.Path] = true
			r.runs = r.runs || f.Executable()
			if program {
				left++
			}
		case f.Size > 0:
			absent = append(absent, f)
			if program {
				gone++
			}
		}
	}
	r.whole, r.lost = left > gone, len(absent) > 0
	if recorded {
		return
	}
	some := absent[:min(len(absent), maxSample)]
	if 2*len(s.moved(some, r.layer)) <= len(some) {
		return
	}
	if moved := s.moved(absent, r.layer); slices.ContainsFunc(moved, isProgram) {
		r.whole, r.lost = true, len(moved) < len(absent)
		for _, f := range moved {
			r.left[f.Path] = true
		}
	}
}

// programs are the extensions of files that run without being executables: an interpreter loads them.
var programs = set(".py .pyc .pl .pm .rb .js .cjs .mjs .php .lua .tcl .sh .jar .class .el .R .jl")

// isProgram tells whether a file is what a package is there for, rather than data: it runs, or something else runs it.
func isProgram(f layerfs.File) bool {
	return f.Executable() || f.MIME == layerfs.Script || programs[path.Ext(f.Path)]
}

// remaining returns what is left in the end of a file of an earlier layer: in its place, or for an executable
// elsewhere.
func (s *scan) remaining(f layerfs.File) (layerfs.File, bool) {
	if now, ok := s.left(f); ok {
		return now, true
	}
	return s.elsewhere(f)
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
