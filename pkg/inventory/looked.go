package inventory

import (
	"cmp"
	"fmt"
	"path"
	"slices"

	"github.com/layergate/layergate/pkg/layerfs"
)

// Looked says how much of the final file system was looked at. It is made of the merged file system, so that it does
// not depend on the cache.
type Looked struct {
	Files        int          // regular files
	PackageFiles int          // those of them in which packages were found
	Executables  int          // those of them that are executables or libraries by their content
	Unowned      int          // those executables that no package has: nobody knows where they come from
	Largest      []Executable // of the unowned ones at most ten, the largest first
	Data         bool         // it names no distribution, no layer brings a package, known or not, and no file of the final file system could be run: each is a text
}

// Executable is a file with the content of an executable or a library.
type Executable struct {
	Path  string // absolute
	Size  int64  // bytes
	Layer int    // index of the layer that it is from
}

// check makes sure that what was read back can be of an image with so many layers.
func (l Looked) check(layers int) error {
	if min(l.PackageFiles, l.Unowned) < 0 || l.PackageFiles > l.Files || l.Executables > l.Files || l.Unowned > l.Executables {
		return fmt.Errorf("of %d files, %d gave packages and %d are executables, %d of them unowned", l.Files, l.PackageFiles, l.Executables, l.Unowned)
	}
	if l.Data && (l.Files == 0 || l.Executables > 0 || l.PackageFiles > 0) {
		return fmt.Errorf("of %d files %d are executables and %d gave packages, and all are said to be data", l.Files, l.Executables, l.PackageFiles)
	}
	if len(l.Largest) > maxLargest {
		return fmt.Errorf("it names %d executables", len(l.Largest))
	}
	for _, e := range l.Largest {
		if e.Layer < 0 || e.Layer >= layers || e.Size < 0 {
			return fmt.Errorf("the executable %.100q has %d bytes and is in layer %d of %d", e.Path, e.Size, e.Layer, layers)
		}
	}
	return nil
}

// maxLargest is how many unowned executables are named.
const maxLargest = 10

// looked counts what there is beside the visible packages.
func (s *scan) looked(visible []*occurrences) Looked {
	var out Looked
	unowned := map[string]layerfs.File{}
	for f := range s.tree.Top().All {
		if f.Type != layerfs.Regular {
			continue
		}
		out.Files++
		if f.Executable() {
			unowned[f.Path] = f
		}
	}
	out.Executables = len(unowned)
	out.PackageFiles = s.packageFiles(visible)
	s.dropOwned(unowned, visible)
	out.Unowned = len(unowned)
	for _, f := range unowned {
		out.Largest = append(out.Largest, Executable{Path: f.Path, Size: f.Size, Layer: f.Layer})
	}
	out.sortLargest()
	return out
}

// sortLargest puts the unowned executables into their order, and leaves out all but the largest.
func (l *Looked) sortLargest() {
	slices.SortFunc(l.Largest, func(a, b Executable) int { return cmp.Or(cmp.Compare(b.Size, a.Size), cmp.Compare(a.Path, b.Path)) })
	l.Largest = l.Largest[:min(len(l.Largest), maxLargest)]
}

// packageFiles counts the files of the final file system that gave visible packages. A package may be visible without them:
// where runtimes differ about what a layer removes, or only its record is gone.
func (s *scan) packageFiles(visible []*occurrences) int {
	files := map[string]bool{}
	for _, o := range visible {
		for _, p := range o.it().primary() {
			if f, ok := s.tree.Top().Stat(p.Path); ok && f.Type == layerfs.Regular {
				files[f.Path] = true
			}
		}
	}
	return len(files)
}

// dropOwned takes the files out that packages were found in, list as their own or have in their directories.
func (s *scan) dropOwned(unowned map[string]layerfs.File, visible []*occurrences) {
	directories := map[string]bool{}
	for _, o := range visible {
		for _, p := range o.it().Places {
			delete(unowned, p.Path)
		}
		for _, name := range s.filesOf(s.tree.View(o.it().layer), o.it().found) {
			delete(unowned, name)
		}
		if dir := directoryOf(o.it().found); dir != "" {
			directories[dir] = true
		}
	}
	for name := range unowned {
		for dir := path.Dir(name); dir != "/"; dir = path.Dir(dir) {
			if directories[dir] {
				delete(unowned, name)
				break
			}
		}
	}
	s.dropLinked(unowned, visible)
}

// dropLinked takes the files out that packages list by a path which leads through links, as /bin/sh does where /bin
// is a link to /usr/bin. Only names that end as a file does that is left are looked up.
func (s *scan) dropLinked(unowned map[string]layerfs.File, visible []*occurrences) {
	left := map[string]bool{}
	for name := range unowned {
		left[path.Base(name)] = true
	}
	resolve := s.resolveTop()
	for _, o := range visible {
		for _, name := range s.filesOf(s.tree.View(o.it().layer), o.it().found) {
			if !left[path.Base(name)] {
				continue
			}
			if target, ok := resolve(name); ok {
				delete(unowned, target)
			}
		}
	}
}
