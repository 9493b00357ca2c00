package lockfile

import (
	"maps"
	"slices"
)

// graph says which packages of a lock file need which others. Packages have identifiers that the format chooses, such as
// their paths, since a project may have several versions of one.
type graph struct {
	packages map[string]entry
	needs    map[string][]string // identifiers of what a package needs
	direct   []string            // identifiers of what the project itself names
}

func newGraph() *graph {
	return &graph{packages: map[string]entry{}, needs: map[string][]string{}}
}

// via lists the names of the project's own dependencies that bring a package. known is false where the graph does not have it, and
// direct is true where the project names it itself.
func (g *graph) via(is func(name, version string) bool) (via []string, direct, known bool) {
	neededBy := map[string][]string{}
	for id, needs := range g.needs {
		for _, n := range needs {
			neededBy[n] = append(neededBy[n], id)
		}
	}
	reached := map[string]bool{}
	var queue []string
	for id, e := range g.packages {
		if is(e.name, e.version) {
			reached[id] = true
			queue = append(queue, id)
			direct = direct || slices.Contains(g.direct, id)
		}
	}
	if known = len(queue) > 0; !known || direct {
		return nil, direct, known
	}
	for len(queue) > 0 {
		id := queue[0]
		queue = queue[1:]
		for _, by := range neededBy[id] {
			if !reached[by] {
				reached[by] = true
				queue = append(queue, by)
			}
		}
	}
	names := map[string]bool{}
	for _, id := range g.direct {
		if reached[id] {
			names[g.packages[id].name] = true
		}
	}
	return slices.Sorted(maps.Keys(names)), false, true
}
