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
	workspaces []string            // identifiers of what its workspaces name
}

func newGraph() *graph {
	return &graph{packages: map[string]entry{}, versions: map[string][]string{}, needs: map[string][]string{}}
}

// add adds a package, once.
func (g *graph) add(id string, e entry) {
	if _, ok := g.packages[id]; !ok {
		g.packages[id] = e
		g.versions[e.name] = append(g.versions[e.name], id)
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
	case in(g.workspaces):
		s.Relation = OfWorkspace
	default:
		s.Relation, s.Via = Indirect, g.via(start)
	}
}

// via lists the names of the project's own dependencies that bring some packages.
func (g *graph) via(start []string) []string {
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
	names := map[string]bool{}
	for _, id := range slices.Concat(g.direct, g.workspaces) {
		if reached[id] {
			names[g.packages[id].name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}
