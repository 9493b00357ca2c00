package match

import (
	"hash/fnv"
	"io"
	"math/bits"

	"github.com/layergate/layergate/pkg/inventory"
)

// part holds packages of an inventory that are matched together: what is found in them does not depend on the packages of other parts. So
// parts are matched at the same time, and what is found in one is kept for as long as nothing about its own packages changes.
type part struct {
	packages []int    // indices in the inventory, rising
	key      string   // under which found is kept; empty where nothing is
	found    *matches // nil until it is known
}

// partSize is about how many packages a part has at least, where there are more: fewer would be matched anew for one that changed, in more
// entries of the store.
const partSize = 64

// divide divides the packages of an inventory into parts. A package is in the part that its name leads to, whatever other packages there are,
// with two exceptions. What a matcher says of a package may take back a finding of one whose files it owns, and what it says of a version
// that is not affected counts for all packages of that type, name and version: these stay together.
func divide(inv *inventory.Inventory) []*part {
	first := together(inv)
	count := 1 << bits.Len(uint(len(inv.Packages)/(2*partSize)))
	byName := make([]*part, count)
	for i := range inv.Packages {
		h := fnv.New32a()
		_, _ = io.WriteString(h, inv.Packages[first[i]].Name)
		at := h.Sum32() % uint32(count)
		if byName[at] == nil {
			byName[at] = &part{}
		}
		byName[at].packages = append(byName[at].packages, i)
	}
	var out []*part
	for _, p := range byName {
		if p != nil {
			out = append(out, p)
		}
	}
	return out
}

// together has for each package the first of those that it stays together with.
func together(inv *inventory.Inventory) []int {
	first := make([]int, len(inv.Packages))
	of := func(i int) int {
		for first[i] != i {
			first[i] = first[first[i]]
			i = first[i]
		}
		return i
	}
	join := func(i, k int) {
		i, k = of(i), of(k)
		first[max(i, k)] = min(i, k)
	}
	type version struct{ typ, name, version string }
	same := map[version]int{}
	for i := range first {
		first[i] = i
	}
	for i, p := range inv.Packages {
		v := version{p.Type, p.Name, p.Version}
		if k, ok := same[v]; ok {
			join(i, k)
		} else {
			same[v] = i
		}
		for _, owner := range p.Owners {
			join(i, owner)
		}
	}
	for i := range first {
		first[i] = of(i)
	}
	return first
}
