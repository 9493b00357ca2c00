package report

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// What is read back is what was written, as far as matching needs it.
func TestReadCycloneDX(t *testing.T) {
	t.Parallel()
	forEachFixture(t, func(t *testing.T, r *Report) {
		if len(r.Platforms) == 0 || !anyPackage(r) {
			return
		}
		r.Normalize() // as the gate does
		some := &r.Platforms[0].Packages[0]
		some.Distribution, some.CPEs = "debian 10", []string{"cpe:2.3:a:x:x:1:*:*:*:*:*:*:*", "cpe:2.3:a:y:x:1:*:*:*:*:*:*:*", "cpe:2.3:a:z:x:1:*:*:*:*:*:*:*"}
		got, err := ReadCycloneDX(render(t, CycloneDX, r))
		if err != nil {
			t.Fatal(err)
		}
		packages := func(of []Platform) map[string]Package {
			out := map[string]Package{}
			for i := range of {
				for _, k := range of[i].Packages {
					k.Licenses, k.CPEs = nil, slices.Sorted(slices.Values(k.CPEs))
					c := packageComponent(&Platform{Platform: of[i].Platform}, "", k)
					out[c.BOMRef] = k
				}
			}
			return out
		}
		if diff := gocmp.Diff(packages(r.Platforms), packages(got)); diff != "" {
			t.Errorf("packages (-written +read):\n%s", diff)
		}
		for _, want := range r.Platforms {
			for _, p := range got {
				d := want.Distro
				d.EndOfLife = false
				if p.Platform == want.Platform && p.Distro != d {
					t.Errorf("the distribution of %s is %+v, want %+v", p.Platform, p.Distro, d)
				}
				for _, l := range p.Layers {
					if p.Platform == want.Platform && l.DiffID != "" && l.DiffID != want.Layers[l.Index].DiffID {
						t.Errorf("layer %d of %s is %s, want %s", l.Index, p.Platform, l.DiffID, want.Layers[l.Index].DiffID)
					}
				}
			}
		}
	})
}

func anyPackage(r *Report) bool {
	for _, p := range r.Platforms {
		if len(p.Packages) > 0 {
			return true
		}
	}
	return false
}

func TestReadCycloneDXRefuses(t *testing.T) {
	t.Parallel()
	written := string(render(t, CycloneDX, blockedReport()))
	tests := []struct {
		name, sbom, err string
	}{
		{name: "no JSON", sbom: "nothing", err: "not valid CycloneDX"},
		{name: "no components", sbom: `{"bomFormat": "CycloneDX", "specVersion": "1.6"}`, err: "lists no components"},
		{name: "of another tool", sbom: `{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"type": "library", "name": "lodash"}]}`, err: `"lodash": it has no property layergate:platform`},
		{name: "no layer", sbom: strings.ReplaceAll(written, `"layergate:layer:index"`, `"x"`), err: `layergate:layer:index is ""`},
		{name: "a layer beyond all images", sbom: `{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"type": "library", "name": "a", "properties": [{"name": "layergate:platform", "value": "linux/amd64"}, {"name": "layergate:layer:index", "value": "1000000000"}]}]}`, err: `index is "1000000000"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got, err := ReadCycloneDX([]byte(tt.sbom)); err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("ReadCycloneDX() = %+v, %v, want an error with %q", got, err, tt.err)
			}
		})
	}
}

func FuzzReadCycloneDX(f *testing.F) {
	var b bytes.Buffer
	if err := CycloneDX(&b, blockedReport()); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, raw []byte) {
		platforms, err := ReadCycloneDX(raw)
		for _, p := range platforms {
			for _, k := range p.Packages {
				if err == nil && (k.Layer < 0 || k.Layer >= len(p.Layers)) {
					t.Errorf("%s is in layer %d of %d", k.Name, k.Layer, len(p.Layers))
				}
			}
		}
	})
}
