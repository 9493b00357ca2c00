package packages_test

import (
	"testing"

	"github.com/layergate/layergate/pkg/check/packages"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/inventory"
	"github.com/layergate/layergate/pkg/policy"
)

func TestFind(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		patterns []string
		found    bool
	}{
		{"nothing asked", nil, false},
		{"its name", []string{"event-stream"}, true},
		{"its URL", []string{"pkg:npm/other", "pkg:npm/event-stream"}, true},
		{"its version", []string{"pkg:npm/event-stream@3.3.6"}, true},
		{"another version", []string{"pkg:npm/event-stream@4.0.0"}, false},
		{"another ecosystem", []string{"pkg:pypi/event-stream"}, false},
		{"a part of its name", []string{"event", "stream"}, false},
		{"a pattern", []string{"pkg:npm/event-*"}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := inventory.Package{
				Package: finding.Package{Name: "event-stream", Version: "3.3.6", Type: "npm", PURL: "pkg:npm/event-stream@3.3.6"},
				Path:    "/app/package.json", Layer: 1, State: finding.Shadowed,
			}
			line := &finding.Location{File: "Dockerfile", Line: 3, EndLine: 3}
			got := packages.Find(policy.AlwaysBlock{Packages: tt.patterns}, []inventory.Package{p}, packages.Target{
				Platform: "linux/amd64", Layers: []finding.Layer{{Index: 0, Base: true}, {Index: 1}},
				Locate: func(int, finding.Package, string) (*finding.Location, []finding.Related) { return line, nil },
			})
			if len(got) > 1 || tt.found != (len(got) == 1) {
				t.Fatalf("Find() = %+v, want the package: %t", got, tt.found)
			}
			for _, f := range got {
				if err := f.Valid(); err != nil {
					t.Errorf("Find() = %+v, which is not valid: %v", f, err)
				}
				of, _ := f.Package()
				if f.ID != finding.RulePackageBlocked || f.Layer.Index != 1 || f.Path != p.Path || f.Location != line || f.State != p.State || of != p.Package || f.Platform != "linux/amd64" {
					t.Errorf("Find() = %+v, want %s at the place of the package", f, finding.RulePackageBlocked)
				}
			}
		})
	}
}
