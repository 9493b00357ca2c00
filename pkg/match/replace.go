package match

import (
	"context"
	"slices"
	"strings"

	"github.com/anchore/grype/grype/vulnerability"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/inventory"
)

// Replacement is a package of an inventory in another version.
type Replacement struct {
	Package int // by its index
	Version string
}

// Replace lists for each replacement the vulnerabilities that the package would have in its other version: those that Find
// would find, an empty list for none, and nil where advisories of the package cannot be compared with the version. The
// packages are of no distribution: what advisories say of theirs depends on more than the version.
func Replace(ctx context.Context, inv *inventory.Inventory, db vulnerability.Provider, target Target, replacements []Replacement) ([][]finding.Finding, error) {
	other := &inventory.Inventory{Release: inv.Release}
	for _, r := range replacements {
		other.Packages = append(other.Packages, replaced(inv.Packages[r.Package], r.Version))
	}
	packages := other.Matchables()
	known := newDistros(other, packages)
	found, err := vulnerabilities(ctx, other, packages, known.of(other.Release), db, target)
	if err != nil {
		return nil, err
	}
	out := make([][]finding.Finding, len(replacements))
	for i := range packages {
		if _, incomparable := slices.BinarySearch(found.Incomparable, i); !incomparable {
			out[i] = []finding.Finding{}
		}
	}
	for i, f := range found.Found {
		if of := found.Of[i]; out[of] != nil {
			out[of] = append(out[of], f)
		}
	}
	return out, nil
}

// replaced is a package in another version, which is nobody's part.
func replaced(p inventory.Package, version string) inventory.Package {
	p.PURL = strings.Replace(p.PURL, "@"+p.Version, "@"+version, 1)
	p.Details.CPEs = slices.Clone(p.Details.CPEs)
	for i := range p.Details.CPEs {
		p.Details.CPEs[i].Attributes.Version = version
	}
	p.Version, p.Owners = version, nil
	return p
}
