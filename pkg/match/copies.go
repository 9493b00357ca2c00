package match

import (
	"slices"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/inventory"
)

// held is a package without its version, in the file and state in which it was found.
type held struct {
	identity, path string
	state          finding.State
}

// copies tells apart the versions of one package that one file holds at the same time.
type copies map[held][]string

// copiesIn lists the versions of each package of an inventory, sorted.
func copiesIn(inv *inventory.Inventory) copies {
	c := copies{}
	for _, p := range inv.Packages {
		k := heldBy(p)
		if !slices.Contains(c[k], p.Version) {
			c[k] = append(c[k], p.Version)
		}
	}
	for _, versions := range c {
		slices.Sort(versions)
	}
	return c
}

func heldBy(p inventory.Package) held { return held{p.Identity(), p.Path, p.State} }

// number is which of the versions a package is, from 0; see finding.Vulnerability.Copy.
func (c copies) number(p inventory.Package) int {
	return max(slices.Index(c[heldBy(p)], p.Version), 0)
}
