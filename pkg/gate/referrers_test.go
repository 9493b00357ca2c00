package gate_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/gate"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/registrytest"
	"github.com/layergate/layergate/pkg/report"
)

// What refers to an image is read once it is clean and is to be promoted, and is copied with it.
func TestPromoteReferrers(t *testing.T) {
	t.Parallel()
	const sbom = "application/vnd.cyclonedx+json"
	for _, tt := range []struct {
		name    string
		version string // of lodash
		change  func(*setup)
		copied  bool
	}{
		{"copied", repaired, func(*setup) {}, true},
		{"not asked for", repaired, func(s *setup) { s.Referrers = false }, false},
		{"blocked", "4.17.4", func(*setup) {}, false},
		{"not to be pushed", repaired, func(s *setup) { s.Push = nil }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ctx := context.Background()
			staging, production := start(t, registrytest.Config{}), start(t, registrytest.Config{})
			files, err := imagetest.OCI(imagetest.Entry{Images: []imagetest.Image{lodash(tt.version, imagetest.Gzip, "linux/amd64")}})
			if err != nil {
				t.Fatal(err)
			}
			if err := staging.Store("app", "1", files); err != nil {
				t.Fatal(err)
			}
			digest := imagetest.Digest(get(t, "http://"+staging.Host+"/v2/app/manifests/1")).String()
			attached, err := staging.Attach("app", digest, registrytest.Layer{MediaType: sbom, Body: []byte("{}")})
			if err != nil {
				t.Fatal(err)
			}
			cfg := config(t, "registry:"+staging.Host+"/app:1", production.Host+"/app:1")
			cfg.Referrers = true
			tt.change(&cfg)
			var steps []gate.StepKind
			cfg.Progress = func(s gate.Step) { steps = append(steps, s.Kind) }
			result, err := inspect(ctx, t, cfg)
			if err != nil {
				t.Fatal(err)
			}
			defer result.Close()
			var want []report.Referrer
			if tt.copied {
				want = []report.Referrer{{Subject: digest, Digest: attached.Digest.String(), Type: sbom}}
				if err := result.Promote(ctx); err != nil {
					t.Fatal(err)
				}
				if !slices.Contains(production.Writes(), "PUT /v2/app/manifests/"+attached.Digest.String()) {
					t.Errorf("the registry saw %q", production.Writes())
				}
			}
			if diff := cmp.Diff(want, result.Report.Image.Referrers); diff != "" {
				t.Errorf("Referrers (-want +got):\n%s", diff)
			}
			asked := slices.ContainsFunc(staging.Requests(), func(r string) bool { return strings.Contains(r, "/referrers/") })
			if asked != tt.copied || slices.Contains(steps, gate.Collecting) != tt.copied {
				t.Errorf("the registry was asked: %t, and the step told: %v", asked, steps)
			}
		})
	}
}
