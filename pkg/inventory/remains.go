package inventory

import (
	"path"

	"github.com/layergate/layergate/pkg/layerfs"
)

// This file finds the packages that are still there though a later layer removed or replaced what says so: whoever
// edits a package database changes nothing about the programs. Which of their files are another package's by then,
// takeover.go says.
//
// A package is there as long as one of its files has the content that it had when the package was last recorded: the
// file itself, one that a later layer wrote in its place, or, for an executable, one that lies anywhere else.

// maxLeft is how many files that are left of a package are looked at: more do not say more.
const maxLeft = 100

// remnant is a package without a record, of which files are left.
type remnant struct {
	*occurrences
	left  map[string]bool // paths of the final file system, at most maxLeft
	whole bool            // most of its programs are left, of those that were looked at
}

// findRemains makes packages visible that are still there without a record.
func (s *scan) findRemains(all []*occurrences) {
	var remnants []*remnant
	var unlisted []*occurrences
	for _, o := range all {
		if o.visible {
			continue
		}
		files, by := s.files(o.it())
		if by == unknown {
			unlisted = append(unlisted, o)
			continue
		}
		r := &remnant{occurrences: o, left: map[string]bool{}}
		left, gone := 0, 0 // of its programs
		for f := range files {
			now, ok := s.remaining(f)
			switch {
			case ok && by != listed && now.Layer < o.layer:
			case ok:
				r.left[now.Path] = true
				if isProgram(f) {
					left++
				}
			case isProgram(f) && f.Size > 0:
				gone++
			}
			if len(r.left) == maxLeft {
				break
			}
		}
		r.whole = left > gone
		if len(r.left) > 0 {
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
