package match

import (
	"fmt"
	"slices"
	"testing"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/inventory"
)

// many is an inventory of so many packages.
func many(n int) *inventory.Inventory {
	inv := &inventory.Inventory{}
	for i := range n {
		inv.Packages = append(inv.Packages, inventory.Package{Package: finding.Package{Name: fmt.Sprintf("p%04d", i), Version: "1", Type: "npm"}, State: finding.Visible})
	}
	return inv
}

// partOfEach has for each package of an inventory the number of its part.
func partOfEach(t *testing.T, inv *inventory.Inventory) []int {
	t.Helper()
	out := slices.Repeat([]int{-1}, len(inv.Packages))
	for n, p := range divide(inv) {
		if !slices.IsSorted(p.packages) || len(p.packages) == 0 {
			t.Errorf("part %d has the packages %v, want some in their order", n, p.packages)
		}
		for _, i := range p.packages {
			if out[i] >= 0 {
				t.Errorf("package %d is in two parts", i)
			}
			out[i] = n
		}
	}
	if i := slices.Index(out, -1); i >= 0 {
		t.Errorf("package %d is in no part", i)
	}
	return out
}

// What is said of one package may take back a finding of another: such packages are in one part, however many parts there are.
func TestDivideKeepsTogether(t *testing.T) {
	t.Parallel()
	for _, n := range []int{20, 200, 2000} {
		inv := many(n)
		owned := map[int][]int{3: {7}, n - 1: {0, 1}, 5: {3}, 9: {n - 2}, n - 2: {10}}
		for i, owners := range owned {
			inv.Packages[i].Owners = owners
		}
		inv.Packages[12].Package, inv.Packages[14].Package = inv.Packages[11].Package, inv.Packages[13].Package
		inv.Packages[12].PURL, inv.Packages[14].Type = "pkg:npm/other@1", "gem"
		in := partOfEach(t, inv)
		for i, owners := range owned {
			for _, o := range owners {
				if in[i] != in[o] {
					t.Errorf("of %d packages, %d is parted from its owner %d", n, i, o)
				}
			}
		}
		inv.Packages[11].Name = "elsewhere" // so that the name alone does not lead there
		inv.Packages[11].Owners = []int{n - 1}
		inv.Packages[12].Name, inv.Packages[12].Owners = "elsewhere", []int{9}
		if in = partOfEach(t, inv); in[0] != in[9] {
			t.Errorf("of %d packages, two of one name and version are parted", n)
		}
	}
}

// A package that is there or not leaves the others in their parts, so that what is known of all but a few of them is still known.
func TestDivideIsStable(t *testing.T) {
	t.Parallel()
	parts := func(inv *inventory.Inventory) map[string]bool {
		out := map[string]bool{}
		for _, p := range divide(inv) {
			names := ""
			for _, i := range p.packages {
				names += inv.Packages[i].Name + " "
			}
			out[names] = true
		}
		return out
	}
	inv := many(3000)
	before := parts(inv)
	if len(before) != 32 {
		t.Errorf("3000 packages are in %d parts, want 32", len(before))
	}
	inv.Packages = slices.Delete(inv.Packages, 1000, 1001)
	different := 0
	for names := range parts(inv) {
		if !before[names] {
			different++
		}
	}
	if different != 1 {
		t.Errorf("without one package %d parts are others, want 1", different)
	}
	if n := len(parts(many(2*partSize - 1))); n != 1 {
		t.Errorf("few packages are in %d parts, want 1", n)
	}
}
