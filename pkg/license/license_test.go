package license_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/inventory"
	"github.com/layergate/layergate/pkg/license"
	"github.com/layergate/layergate/pkg/policy"
)

func TestFind(t *testing.T) {
	t.Parallel()
	deny := func(patterns ...string) policy.LicenseSide { return policy.LicenseSide{Deny: patterns} }
	warn := policy.LicenseSide{Deny: []string{"GPL-*"}, Unknown: policy.ActionWarn}
	const denied, unknown = finding.RuleLicenseDenied, finding.RuleLicenseUnknown
	tests := []struct {
		name     string
		rules    policy.Licenses
		layer    int // 0 is the base image's
		declared []string
		want     string // the rule that finds it; empty for none
		ignored  int
	}{
		{"nothing asked", policy.Licenses{}, 1, []string{"GPL-3.0-only"}, "", 0},
		{"denied", policy.Licenses{LicenseSide: deny("GPL-*")}, 1, []string{"GPL-3.0-only"}, denied, 0},
		{"not denied", policy.Licenses{LicenseSide: deny("GPL-*")}, 1, []string{"MIT"}, "", 0},
		{"one of several that it declares", policy.Licenses{LicenseSide: deny("GPL-*")}, 1, []string{"MIT", "GPL-3.0-only"}, denied, 0},
		{"an alternative", policy.Licenses{LicenseSide: deny("GPL-*")}, 1, []string{"MIT OR GPL-3.0-only"}, "", 0},
		{"denied elsewhere", policy.Licenses{Own: deny("GPL-*")}, 0, []string{"GPL-3.0-only"}, "", 0},
		{"denied in the base image", policy.Licenses{Base: deny("GPL-*")}, 0, []string{"GPL-3.0-only"}, denied, 0},
		{"unknown and ignored", policy.Licenses{LicenseSide: deny("GPL-*")}, 1, []string{"see LICENSE"}, "", 1},
		{"unknown", policy.Licenses{LicenseSide: warn}, 1, []string{"see LICENSE"}, unknown, 0},
		{"a word that SPDX does not list", policy.Licenses{LicenseSide: warn}, 1, []string{"Ours"}, unknown, 0},
		{"a reference", policy.Licenses{LicenseSide: warn}, 1, []string{"LicenseRef-ours"}, unknown, 0},
		{"an exception that SPDX does not list", policy.Licenses{LicenseSide: warn}, 1, []string{"MIT WITH ours"}, unknown, 0},
		{"none", policy.Licenses{LicenseSide: warn}, 1, nil, unknown, 0},
		{"known", policy.Licenses{LicenseSide: warn}, 1, []string{"MIT AND (Apache-2.0 OR LGPL-2.1+)", "Apache-2.0 WITH LLVM-exception"}, "", 0},
		{"denied beside unknown", policy.Licenses{LicenseSide: warn}, 1, []string{"GPL-3.0-only", "Ours"}, denied, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := inventory.Package{Package: finding.Package{Name: "p", Version: "1", Type: "npm"}, Path: "/p", Layer: tt.layer, State: finding.Shadowed, Licenses: tt.declared}
			line := &finding.Location{File: "Dockerfile", Line: 3, EndLine: 3}
			got := license.Find(tt.rules, []inventory.Package{p}, license.Target{
				Platform: "linux/amd64", Layers: []finding.Layer{{Index: 0, Base: true}, {Index: 1}},
				Locate: func(int, finding.Package, string) (*finding.Location, []finding.Related) { return line, nil },
			})
			if got.Unknown != tt.ignored || len(got.Findings) != min(len(tt.want), 1) {
				t.Fatalf("Find() = %+v, want %q, and %d ignored", got, tt.want, tt.ignored)
			}
			for _, f := range got.Findings {
				if err := f.Valid(); err != nil {
					t.Errorf("Find() = %+v, which is not valid: %v", f, err)
				}
				of, _ := f.Package()
				if f.ID != tt.want || f.Layer.Index != tt.layer || f.Path != "/p" || f.Location != line || of != p.Package || cmp.Diff(tt.declared, f.Check.Licenses) != "" {
					t.Errorf("Find() = %+v, want %s at the place of the package", f, tt.want)
				}
			}
		})
	}
}
