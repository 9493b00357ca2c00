package inventory

import (
	"path"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/layerfs"
)

// This file finds code that lies elsewhere and that links lead to from where packages are installed, as npm link makes them.

// links are the directories and files that such links lead to, each with the paths of its links.
type links map[string][]string

// moduleLinks lists the links where packages are installed, and those in whose place such a directory would be. Those that lead to packages which are
// installed themselves, as pnpm's do, say nothing more.
func (s *scan) moduleLinks() links {
	out := links{}
	for f := range s.tree.Top().All {
		if f.Type != layerfs.Symlink || !isModulePath(f.Path+"/") {
			continue
		}
		to, ok := s.tree.Top().Stat(f.Path)
		if ok && !isModulePath(to.Path+"/") {
			out[to.Path] = append(out[to.Path], f.Path)
		}
	}
	return out
}

// isModulePath tells whether a path leads through a directory where packages are installed.
func isModulePath(name string) bool {
	return strings.Contains(name, modules) || slices.ContainsFunc(pythonSites, func(site string) bool { return strings.Contains(name, "/"+site+"/") })
}

// through lists the paths by which links lead to a file.
func (l links) through(name string) (out []string) {
	for at := name; len(l) > 0 && at != "/"; at = path.Dir(at) {
		for _, link := range l[at] {
			out = append(out, link+strings.TrimPrefix(name, at))
		}
	}
	return out
}
