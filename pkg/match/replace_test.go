package match

import (
	"testing"

	"github.com/anchore/syft/syft/cpe"
	"github.com/anchore/syft/syft/pkg"
	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/inventory"
)

// A package in another version has the vulnerabilities that it would be found to have.
func TestReplace(t *testing.T) {
	t.Parallel()
	db := advisories(t, advisory{"ACME-1", "npm", "lodash", "0", "4.17.11"}, advisory{"ACME-2", "npm", "lodash", "4.17.10", "4.17.21"}, advisory{"ACME-3", "PyPI", "pyyaml", "0", "9"})
	versioned := func(typ pkg.Type, language pkg.Language, name, version string) inventory.Package {
		p := inventory.Package{Package: finding.Package{Name: name, Version: version, Type: string(typ)}, State: finding.Visible, Owners: []int{0}}
		p.Details.Language = language
		return p
	}
	inv := &inventory.Inventory{Packages: []inventory.Package{
		versioned(pkg.NpmPkg, pkg.JavaScript, "lodash", "4.17.4"), versioned(pkg.PythonPkg, pkg.Python, "pyyaml", "3.12"),
	}}
	before := inv.Packages[0].Version
	target := asked(finding.Cover{})
	target.Expect = func([]string) error { return nil }
	target.Exploitation = func([]string) (map[string]finding.Exploitation, error) { return nil, nil }
	found, err := Replace(t.Context(), inv, db, target, []Replacement{{0, "4.17.11"}, {0, "4.17.21"}, {0, "4.17.10"}, {1, "unknown"}, {1, "8"}})
	if err != nil {
		t.Fatal(err)
	}
	var got [][]string
	for _, findings := range found {
		ids := []string{}
		for _, f := range findings {
			ids = append(ids, f.ID+" "+f.Vulnerability.Package.Version)
		}
		if findings == nil {
			ids = nil
		}
		got = append(got, ids)
	}
	want := [][]string{{"ACME-2 4.17.11"}, {}, {"ACME-1 4.17.10", "ACME-2 4.17.10"}, nil, {"ACME-3 8"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Replace() (-want +got):\n%s", diff)
	}
	if inv.Packages[0].Version != before {
		t.Errorf("Replace() changed the inventory")
	}
}

// The version stands in all names of a package.
func TestReplaced(t *testing.T) {
	t.Parallel()
	name := cpe.Must("cpe:2.3:a:acme:lib:1.0:*:*:*:*:*:*:*", cpe.DeclaredSource)
	p := inventory.Package{Package: finding.Package{Name: "lib", Version: "1.0", PURL: "pkg:npm/lib@1.0"}, Owners: []int{1}, Details: inventory.Details{CPEs: []cpe.CPE{name}}}
	got := replaced(p, "2.0")
	if got.Version != "2.0" || got.PURL != "pkg:npm/lib@2.0" || got.Details.CPEs[0].Attributes.Version != "2.0" || got.Owners != nil {
		t.Errorf("replaced() = %+v, want version 2.0 everywhere and no owner", got)
	}
	if v := p.Details.CPEs[0].Attributes.Version; v != "1.0" {
		t.Errorf("replaced() changed the package to version %s", v)
	}
}
