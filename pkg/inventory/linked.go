package inventory

import (
	"iter"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/layerfs"
)

// This file finds code that lies elsewhere and that links lead to from where packages are installed, as npm link makes them.

// moduleLink is such a link.
type moduleLink struct {
	layerfs.File
	to layerfs.File // a file, or the directory with the code
}

// maxLinked is how many files are looked at by all links that lead to them. Of the projects that link to their own packages the largest have some ten thousand.
const maxLinked = 1 << 20

// moduleLinks lists the links where packages are installed, and those in whose place such a directory would be. Those that lead to packages which are
// installed themselves, as pnpm's do, say nothing more.
func (s *scan) moduleLinks() []moduleLink {
	var out []moduleLink
	for f := range s.tree.Top().All {
		if f.Type != layerfs.Symlink || !isModulePath(f.Path+"/") {
			continue
		}
		if to, ok := s.tree.Top().Stat(f.Path); ok && !isModulePath(to.Path+"/") {
			out = append(out, moduleLink{f, to})
		}
	}
	return out
}

// isModulePath tells whether a path leads through a directory where packages are installed.
func isModulePath(name string) bool {
	return strings.Contains(name, modules) || slices.ContainsFunc(pythonSites, func(site string) bool { return strings.Contains(name, "/"+site+"/") })
}

// files lists the regular files that the link leads to, each with its path through the link.
func (l moduleLink) files(v layerfs.View) iter.Seq2[string, layerfs.File] {
	return func(yield func(string, layerfs.File) bool) {
		if l.to.Type == layerfs.Regular {
			yield(l.Path, l.to)
			return
		}
		above := strings.TrimSuffix(l.to.Path, "/")
		for f := range v.Below(l.to.Path) {
			if f.Type == layerfs.Regular && !yield(l.Path+f.Path[len(above):], f) {
				return
			}
		}
	}
}
