package match

import (
	"testing"

	grypematch "github.com/anchore/grype/grype/match"
	"github.com/anchore/grype/grype/vulnerability"
	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/inventory"
)

// A finding is given its place: its layer, whether that is the base image's, and the lines that have to do with it.
func TestFindingKnowsItsPlace(t *testing.T) {
	t.Parallel()
	p := inventory.Package{Package: finding.Package{Name: "lodash", Version: "4.17.4"}, Path: "/app/package.json", Layer: 1, State: finding.Visible}
	m := grypematch.Match{Vulnerability: vulnerability.Vulnerability{Reference: vulnerability.Reference{ID: "CVE-2026-1"}, Metadata: &vulnerability.Metadata{}}}
	line := &finding.Location{File: "Dockerfile", Line: 3, EndLine: 3}
	related := []finding.Related{{Location: finding.Location{File: "package-lock.json", Line: 7, EndLine: 7}, Why: "names the package's version"}}
	target := Target{
		Platform: "linux/amd64",
		Layers:   []finding.Layer{{Index: 0}, {Index: 1, DiffID: "sha256:1", Base: true}},
		Locate: func(layer int, found finding.Package, path string) (*finding.Location, []finding.Related) {
			if layer != p.Layer || found != p.Package || path != p.Path {
				t.Errorf("Locate(%d, %+v, %q), want the package in its layer", layer, found, path)
			}
			return line, related
		},
	}
	got, err := newFinding(m)
	if err != nil {
		t.Fatal(err)
	}
	target.place(&got, p, 0)
	if diff := cmp.Diff(&target.Layers[1], got.Layer); diff != "" {
		t.Errorf("layer (-want +got):\n%s", diff)
	}
	if got.Location != line || !cmp.Equal(got.Related, related) {
		t.Errorf("location %+v, related %+v, want %+v, %+v", got.Location, got.Related, line, related)
	}
	if got, err = newFinding(m); err != nil {
		t.Fatal(err)
	}
	target.Locate = nil
	if target.place(&got, p, 0); got.Location != nil || got.Related != nil {
		t.Errorf("place() without a project = %+v", got)
	}
	m.Vulnerability.Metadata = nil
	if got, err = newFinding(m); err == nil {
		t.Errorf("newFinding() of an advisory without a description = %+v, want an error", got)
	}
}
