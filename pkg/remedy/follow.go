package remedy

import (
	"fmt"
	"slices"
	"strings"
)

// followParents puts the upgrades of packages that others bring behind those of the others. An upgrade of what brings a package
// may bring another version of the package, too, so that one to a version of one's own may be of no use, or a step back.
func followParents(steps []Step) {
	upgraded := map[string]bool{}
	for _, s := range steps {
		if s.Kind == KindUpgrade && len(s.Via) == 0 {
			upgraded[s.Changes[0].Name] = true
		}
	}
	follows := map[string]bool{} // by the title
	for i := range steps {
		s := &steps[i]
		parents := slices.DeleteFunc(slices.Clone(s.Via), func(name string) bool { return !upgraded[name] })
		if len(parents) == 0 {
			continue
		}
		first := fmt.Sprintf("upgrade %s first and scan again: that may bring another version", strings.Join(parents, " and "))
		s.Sure, s.Command, s.Note = false, "", strings.TrimSuffix(first+"; "+s.Note, "; ")
		follows[s.Title] = true
	}
	slices.SortStableFunc(steps, func(a, b Step) int { return followRank(a, follows) - followRank(b, follows) })
}

// followRank is higher for what comes later.
func followRank(s Step, follows map[string]bool) int {
	switch {
	case s.Further:
		return 2
	case follows[s.Title]:
		return 1
	}
	return 0
}
