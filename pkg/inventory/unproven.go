package inventory

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/layerfs"
	"github.com/layergate/layergate/pkg/natural"
)

// This file names packages of a system of which the image does not say enough: whether a version that a record raises was
// installed, or which version was.

// packagesAt names packages by the file that is to be said of them, and the layer that this is from.
type packagesAt map[Gap][]string

func (p packagesAt) add(at string, layer int, name string) {
	g := Gap{Path: at, Layer: layer}
	p[g] = append(p[g], name)
}

// gaps says of each file the reason, with the names of the packages.
func (p packagesAt) gaps(reason string) []Gap {
	var out []Gap
	for _, g := range slices.SortedFunc(maps.Keys(p), func(a, b Gap) int { return strings.Compare(a.Path, b.Path) }) {
		slices.Sort(p[g])
		g.Reason = fmt.Sprintf(reason, natural.Enumerate(slices.Compact(p[g])))
		out = append(out, g)
	}
	return out
}

// unproven lists the records that raise versions of packages of which nothing says which files they have, where other files
// of the system changed.
func (s *scan) unproven() []Gap {
	out := packagesAt{}
	for _, o := range s.unsure {
		out.add(o.it().primary()[0].Path, o.layer, o.key.name)
	}
	return out.gaps("whether packages were upgraded or only their versions raised is not known, since nothing lists their files: %s")
}

// lists are the patterns of dpkg's and opkg's lists of a package's files.
var lists = []string{"**/lib/{d,o}pkg/info/*.{list,md5sums}", "**/lib/dpkg/status.d/*.{list,md5sums}"}

// nameless lists the directories with lists of files of packages that no record names, in any layer: which versions they
// are, nothing says.
func (s *scan) nameless(all []*occurrences) ([]Gap, error) {
	type named struct{ root, name string }
	known := map[named]bool{}
	for _, o := range all {
		if o.key.root != "" {
			known[named{o.key.root, o.key.name}] = true
			for _, at := range o.it().primary() {
				known[named{o.key.root, path.Base(at.Path)}] = true // a distroless image's list is called like the record
			}
		}
	}
	removed := remembered(s.notInstalled)
	top, out := s.tree.Top(), packagesAt{}
	for _, pattern := range lists {
		matches, err := top.Glob(pattern)
		if err != nil {
			return nil, err
		}
		for _, m := range matches {
			at := m.File.Path
			name, _, _ := strings.Cut(strings.TrimSuffix(path.Base(at), path.Ext(at)), ":")
			database := path.Join(path.Dir(path.Dir(at)), "status")
			root := rootOf(database, at)
			if !known[named{root, name}] && !removed(database)[name] && s.listsProgram(at, root) {
				out.add(path.Dir(at), m.File.Layer, name)
			}
		}
	}
	return out.gaps("it lists files of packages of which no record says the version: %s"), nil
}

// notInstalled are the names of the packages of which a database says that they are not installed, as all that are in none
// of the layers' records: what their lists have is judged there.
func (s *scan) notInstalled(database string) map[string]bool {
	out := map[string]bool{}
	top := s.tree.Top()
	f, ok := top.Stat(database)
	if !ok || f.Type != layerfs.Regular {
		return out
	}
	status, err := readAll(top, f)
	if err != nil {
		return out // the tree remembers why
	}
	for p := range paragraphs(status) {
		out[p.value("Package")] = true
	}
	return out
}

// listsProgram tells whether a list names a file that is there and says that its package is.
func (s *scan) listsProgram(at, root string) bool {
	top := s.tree.Top()
	return slices.ContainsFunc(dpkgListed(top, at), func(name string) bool {
		f, ok := top.Lstat(within(root, name))
		return ok && f.Type == layerfs.Regular && (f.Executable() || !isLeftBehind(name))
	})
}
