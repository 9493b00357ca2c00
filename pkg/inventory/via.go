package inventory

import (
	"path"
	"slices"
	"strings"

	"github.com/anchore/syft/syft/pkg"

	"github.com/layergate/layergate/pkg/layerfs"
)

// The limits of the search for what brings a package.
const (
	maxVia    = 10      // names for one package
	maxWanted = 200_000 // needs of all packages
	maxAbove  = 20      // directories that a package of Node is looked for in
)

// dependencyTree says which packages of the final file system need which others, by their index.
type dependencyTree struct {
	list   []unsorted
	at     map[spot][]int
	needs  [][]int
	needed []bool // by another package
	direct []bool // by a project
	wanted int
}

// spot is where packages are looked up by those that need them: the directory of a package of Node, the directory of
// packages and the name of one of Python, the list of installed packages and the name of one of Composer.
type spot struct{ typ, where, name string }

// addVia tells each visible package which packages bring it: those that a project names, or that no other package needs. A
// project is what a package.json outside of node_modules is of. Packages that are there by themselves have none, and all
// where the packages need more than maxWanted others.
func (s *scan) addVia(list []unsorted) {
	t := newDependencyTree(list)
	top := s.tree.Top()
	for i := range list {
		f := list[i].from.it().found
		if f.Type == pkg.NpmPkg && !isInstalled(directory(f)) {
			if holder := t.holder(directory(f)); holder >= 0 {
				t.need(holder, []int{i})
			} else {
				t.name(t.lookUp(top, f))
			}
			continue
		}
		t.need(i, t.lookUp(top, f))
	}
	for _, project := range s.projects {
		if s.isVisible(project) {
			t.name(t.lookUp(top, project.found))
		}
	}
	if t.wanted <= maxWanted {
		t.bring()
	}
}

func newDependencyTree(list []unsorted) *dependencyTree {
	t := &dependencyTree{list: list, at: map[spot][]int{}, needs: make([][]int, len(list)), needed: make([]bool, len(list)), direct: make([]bool, len(list))}
	for i, l := range list {
		if k, ok := spotOf(l.from.it().found); ok {
			t.at[k] = append(t.at[k], i)
		}
	}
	return t
}

// spotOf is where a package is looked up; false means that nothing looks it up.
func spotOf(f *found) (spot, bool) {
	switch f.Type {
	case pkg.NpmPkg:
		return spot{string(f.Type), directory(f), ""}, path.Base(f.path()) == "package.json"
	case pkg.PythonPkg:
		return spot{string(f.Type), sitePackages(f), distributionName(f.Name)}, true
	case pkg.PhpComposerPkg:
		return spot{string(f.Type), f.path(), strings.ToLower(f.Name)}, true
	}
	return spot{}, false
}

// directory is that of a package's manifest.
func directory(f *found) string { return path.Dir(f.path()) }

// sitePackages is the directory that a package of Python is installed in.
func sitePackages(f *found) string {
	if strings.HasSuffix(f.path(), ".egg-info") {
		return directory(f) // a file, not a directory
	}
	return path.Dir(directory(f))
}

// holder is the installed package of Node whose directory holds another one that is not installed itself, or -1.
func (t *dependencyTree) holder(dir string) int {
	for ; strings.Contains(dir, "/node_modules/"); dir = path.Dir(dir) {
		if found := t.at[spot{string(pkg.NpmPkg), dir, ""}]; isInstalled(dir) && len(found) > 0 {
			return found[0]
		}
	}
	return -1
}

// lookUp finds what a package needs, as its language does.
func (t *dependencyTree) lookUp(top layerfs.View, f *found) []int {
	var out []int
	if t.wanted += len(f.Needs); t.wanted > maxWanted {
		return nil
	}
	for _, name := range f.Needs {
		switch f.Type {
		case pkg.NpmPkg:
			out = append(out, t.nearest(top, directory(f), name)...)
		case pkg.PythonPkg:
			out = append(out, t.at[spot{string(f.Type), sitePackages(f), name}]...)
		case pkg.PhpComposerPkg:
			out = append(out, t.at[spot{string(f.Type), f.path(), name}]...)
		}
	}
	return out
}

// nearest finds a package of Node by its name: in the nearest node_modules, where it may be a link, as pnpm makes them.
func (t *dependencyTree) nearest(top layerfs.View, dir, name string) []int {
	for range maxAbove {
		if path.Base(dir) != "node_modules" {
			candidate := path.Join(dir, "node_modules", name)
			if found := t.at[spot{string(pkg.NpmPkg), candidate, ""}]; len(found) > 0 {
				return found
			}
			if f, ok := top.Stat(candidate); ok && f.Path != candidate {
				return t.at[spot{string(pkg.NpmPkg), f.Path, ""}]
			}
		}
		if dir == "/" {
			break
		}
		dir = path.Dir(dir)
	}
	return nil
}

// need notes what a package needs.
func (t *dependencyTree) need(i int, others []int) {
	t.needs[i] = append(t.needs[i], others...)
	for _, n := range others {
		t.needed[n] = t.needed[n] || n != i
	}
}

// name notes what a project names.
func (t *dependencyTree) name(packages []int) {
	for _, i := range packages {
		t.direct[i] = true
	}
}

// bring tells the packages below each that is there by itself that it brings them, each at most maxVia of them. What is
// below a package that was told so often was told as often itself, so that nothing is gone through more than maxVia times.
func (t *dependencyTree) bring() {
	var roots []int
	for i := range t.list {
		if t.direct[i] || !t.needed[i] && len(t.needs[i]) > 0 {
			roots = append(roots, i)
		}
	}
	slices.SortStableFunc(roots, func(a, b int) int { return strings.Compare(t.list[a].Name, t.list[b].Name) })
	told := make([]int, len(t.list))
	for _, root := range roots {
		name := t.list[root].Name
		reached := map[int]bool{root: true}
		for queue := []int{root}; len(queue) > 0; queue = queue[1:] {
			for _, n := range t.needs[queue[0]] {
				if reached[n] || told[n] == maxVia {
					continue
				}
				reached[n] = true
				told[n]++
				queue = append(queue, n)
				if via := &t.list[n].Via; !t.direct[n] && !slices.Contains(*via, name) {
					*via = append(*via, name)
				}
			}
		}
	}
}
