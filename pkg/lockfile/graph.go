package lockfile

import (
	"maps"
	"slices"
)

// graph says which packages of a lock file need which others. Packages have identifiers that the format chooses, such as
// their paths, since a project may have several versions of one.
type graph struct {
	packages   map[string]entry
	versions   map[string][]string // identifiers by name
	needs      map[string][]string // identifiers of what a package needs
	direct     []string            // identifiers of what the project itself names
	workspaces map[string][]string // identifiers of what each of its workspaces names, by the name that the package manager takes
}

func newGraph() *graph {
	return &graph{packages: map[string]entry{}, versions: map[string][]string{}, needs: map[string][]string{}, workspaces: map[string][]string{}}
}

// add adds a package, once.
func (g *graph) add(id string, e entry) {
	if _, ok := g.packages[id]; !ok {
		g.packages[id] = e
		g.versions[e.name] = append(g.versions[e.name], id)
	}
}

// addDirect takes what a manifest names for the project's own.
func (g *graph) addDirect(names ...string) {
	for _, n := range names {
		g.direct = append(g.direct, g.versions[n]...)
	}
}

// describe tells of a source who brings its package, for a normalized name and version.
func (g *graph) describe(s *Source, name, version string, normal func(name, version string) (string, string)) {
	var start []string
	for id, e := range g.packages {
		switch n, v := normal(e.name, e.version); {
		case n == name && v == version:
			start = append(start, id)
		case n == name:
			s.OtherVersions = true
		}
	}
	in := func(ids []string) bool {
		return slices.ContainsFunc(start, func(id string) bool { return slices.Contains(ids, id) })
	}
	switch {
	case len(start) == 0:
	case in(g.direct):
		s.Relation = Direct
	default:
		for _, w := range slices.Sorted(maps.Keys(g.workspaces)) {
			if in(g.workspaces[w]) {
				s.Relation, s.Workspaces = OfWorkspace, append(s.Workspaces, w)
			}
		}
		if s.Relation == "" {
			s.Relation = Indirect
			s.Via, s.Above = g.above(start)
		}
	}
}

// above lists the names of the project's own dependencies that bring some packages, and those of all that need them.
func (g *graph) above(start []string) (via, all []string) {
	neededBy := map[string][]string{}
	for id, needs := range g.needs {
		for _, n := range needs {
			neededBy[n] = append(neededBy[n], id)
		}
	}
	reached := map[string]bool{}
	for queue := start; len(queue) > 0; queue = queue[1:] {
		if id := queue[0]; !reached[id] {
			reached[id] = true
			queue = append(queue, neededBy[id]...)
		}
	}
	direct, names := map[string]bool{}, map[string]bool{}
	for _, id := range slices.Concat(append(slices.Collect(maps.Values(g.workspaces)), g.direct)...) {
		if reached[id] {
			direct[g.packages[id].name] = true
		}
	}
	for id := range reached {
		if name := g.packages[id].name; name != "" && !slices.Contains(start, id) {
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(direct)), slices.Sorted(maps.Keys(names))
}
