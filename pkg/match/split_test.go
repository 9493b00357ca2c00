package match

import (
	"fmt"
	"slices"
	"testing"

	grypepkg "github.com/anchore/grype/grype/pkg"
	"github.com/anchore/syft/syft/artifact"
)

// What is said of an owner may take back a finding of what it owns: they are matched together, however many parts
// there are.
func TestSplitKeepsOwnersTogether(t *testing.T) {
	t.Parallel()
	var packages []grypepkg.Package
	for i := range 1000 {
		packages = append(packages, grypepkg.Package{ID: grypepkg.ID(fmt.Sprint(i)), Name: fmt.Sprint("p", i)})
	}
	owns := map[int][]int{3: {700}, 999: {0, 1}, 500: {3}} // owned by owners
	for owned, owners := range owns {
		for _, o := range owners {
			packages[owned].RelatedPackages = map[artifact.RelationshipType][]*grypepkg.Package{
				artifact.OwnershipByFileOverlapRelationship: append(packages[owned].RelatedPackages[artifact.OwnershipByFileOverlapRelationship], &packages[o]),
			}
		}
	}
	for _, parts := range []int{0, 1, 2, 4, 64} {
		batches := split(packages, parts)
		in := map[grypepkg.ID]int{}
		for i, batch := range batches {
			for _, p := range batch {
				if _, twice := in[p.ID]; twice {
					t.Errorf("split(%d) has package %s twice", parts, p.ID)
				}
				in[p.ID] = i
			}
		}
		if len(in) != len(packages) {
			t.Errorf("split(%d) has %d of %d packages", parts, len(in), len(packages))
		}
		for owned, owners := range owns {
			for _, o := range owners {
				if in[packages[owned].ID] != in[packages[o].ID] {
					t.Errorf("split(%d) parts package %d from its owner %d", parts, owned, o)
				}
			}
		}
		if parts >= 2 && len(slices.DeleteFunc(batches, func(b []grypepkg.Package) bool { return len(b) == 0 })) < 2 {
			t.Errorf("split(%d) does not divide", parts)
		}
	}
}
