package gate_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/gate"
	"github.com/layergate/layergate/pkg/imagetest"
)

// A secret in the provenance that is pushed with an image blocks it, unless it was there before a change, and changes are all that is judged.
func TestSecretInProvenance(t *testing.T) {
	t.Parallel()
	password := strings.Join([]string{"kT7", "qpw29", "ZxLm"}, "-")
	files, err := imagetest.OCI(imagetest.Entry{
		Name: "app:1", Images: []imagetest.Image{lodash(repaired, imagetest.Gzip, "linux/amd64")},
		Attestation: `{"_type":"https://in-toto.io/Statement/v0.1","predicateType":"https://slsa.dev/provenance/v0.2","subject":[],
			"predicate":{"invocation":{"parameters":{"args":{"build-arg:DB_PASSWORD":"` + password + `"}}}}}`,
	})
	if err != nil {
		t.Fatal(err)
	}
	archive := filepath.Join(t.TempDir(), "app.tar")
	if err := files.WriteArchive(archive, imagetest.None); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name     string
		baseline *gate.Baseline
		want     finding.BaselineState
	}{
		{"alone", nil, ""},
		{"with itself before", &gate.Baseline{Source: archive}, finding.BaselineUnchanged},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cfg := config(t, archive)
			cfg.Baseline = tt.baseline
			result, err := inspect(t.Context(), t, cfg)
			if err != nil {
				t.Fatal(err)
			}
			defer result.Close()
			var got []finding.Finding
			for _, f := range result.Report.Blocking() {
				if f.ID == "LG-SEC-002" {
					got = append(got, f)
				}
			}
			if len(got) != 1 || got[0].Platform != "linux/amd64" || got[0].Baseline != tt.want {
				t.Errorf("it blocks for %+v, want one secret with the baseline %q", got, tt.want)
			}
		})
	}
}
