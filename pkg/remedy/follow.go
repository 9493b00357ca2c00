package remedy

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/lockfile"
)

// planned is a step among others, of which some may have to come first.
type planned struct {
	Step
	above map[string]bool // packages that need that of an upgrade, directly or through others, by their names as name has them
	depth int             // how many upgrades come first, each behind the one before
}

// The depths of steps that are not settled.
const (
	unsettled = -1
	settling  = -2
)

// name is that of an upgraded package, as its package manager compares names; empty for other steps.
func (p planned) name() string {
	if p.Kind != KindUpgrade {
		return ""
	}
	return lockfile.Name(p.Changes[0].Type, p.Changes[0].Name)
}

// followParents puts the upgrades of packages behind those of what brings them, directly or through others. An upgrade of what
// brings a package may bring another version of the package, too, so that one to a version of one's own may be of no use, or a
// step back: it has no command. Of packages that bring each other the first step stays the first.
func followParents(steps []planned) []Step {
	names := make([]string, len(steps))
	for i := range steps {
		names[i], steps[i].depth = steps[i].name(), unsettled
	}
	parents := make([][]int, len(steps))
	for i, s := range steps {
		for k, name := range names {
			if name != names[i] && s.above[name] && steps[k].Changes[0].Type == s.Changes[0].Type && (k < i || !steps[k].above[names[i]]) {
				parents[i] = append(parents[i], k)
			}
		}
	}
	for i := range steps {
		settle(steps, parents, i)
	}
	for i := range steps {
		if s := &steps[i]; s.depth > 0 {
			first := fmt.Sprintf("upgrade %s first and scan again: that may bring another version", strings.Join(firstParents(steps, parents[i]), " and "))
			s.Sure, s.Command, s.Edit, s.Note = false, "", nil, joinNotes(first, s.Note)
		}
	}
	slices.SortStableFunc(steps, func(a, b planned) int { return a.rank() - b.rank() })
	out := make([]Step, 0, len(steps))
	for _, s := range steps {
		out = append(out, s.Step)
	}
	return out
}

// settle works out the depth of a step. A parent whose own depth waits for that of the step brings it in a circle, and does not
// count.
func settle(steps []planned, parents [][]int, i int) int {
	if steps[i].depth != unsettled {
		return steps[i].depth
	}
	steps[i].depth = settling
	depth := 0
	for _, k := range parents[i] {
		if d := settle(steps, parents, k); d != settling {
			depth = max(depth, d+1)
		}
	}
	steps[i].depth = depth
	return depth
}

// firstParents names those of the parents that come before the others.
func firstParents(steps []planned, parents []int) []string {
	first := math.MaxInt
	for _, k := range parents {
		first = min(first, steps[k].depth)
	}
	var names []string
	for _, k := range parents {
		if steps[k].depth == first {
			names = append(names, steps[k].Changes[0].Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// rank is higher for what comes later.
func (p planned) rank() int {
	if p.Further {
		return math.MaxInt
	}
	return p.depth
}
