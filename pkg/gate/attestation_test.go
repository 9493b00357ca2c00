package gate_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/attest/attesttest"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/registrytest"
	"github.com/layergate/layergate/pkg/report"
)

// An attestation is about the index, or about every platform, and signed with a key that the policy has for its type.
func TestAttestations(t *testing.T) {
	t.Parallel()
	mine, err := attesttest.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := attesttest.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	const root, first, second = 0, 1, 2
	for _, tt := range []struct {
		name    string
		about   []int // which digests of the image it is about
		key     attesttest.Key
		signs   string // the type that the policy has the key for
		refused bool   // the registry does not say what is attached
		saw     string // why it blocks; empty for an image that passes
	}{
		{name: "about the index", about: []int{root}, key: mine},
		{name: "about each platform", about: []int{first, second}, key: mine},
		{name: "about one platform", about: []int{first}, key: mine, saw: "it is about another digest"},
		{name: "of another key", about: []int{root}, key: theirs, saw: "none of the keys that the policy names"},
		{name: "of a key for another type", about: []int{root}, key: mine, signs: "spdx", saw: "none of the keys that the policy names"},
		{name: "none", saw: "no statement of the type https://slsa.dev/provenance/v1 is attached to it"},
		{name: "the registry does not say", about: []int{root}, key: mine, refused: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ctx := context.Background()
			server := start(t, registrytest.Config{Fail: func(r *http.Request) bool { return tt.refused && strings.Contains(r.URL.Path, "/referrers/") }})
			files, err := imagetest.OCI(imagetest.Entry{Images: []imagetest.Image{lodash(repaired, imagetest.Gzip, "linux/amd64"), lodash(repaired, imagetest.Gzip, "linux/arm64")}})
			if err != nil {
				t.Fatal(err)
			}
			if err := server.Store("app", "1", files); err != nil {
				t.Fatal(err)
			}
			before, err := inspect(ctx, t, config(t, "registry:"+server.Host+"/app:1"))
			if err != nil {
				t.Fatal(err)
			}
			digests := []string{before.Report.Image.Digest, before.Report.Platforms[0].Digest, before.Report.Platforms[1].Digest}
			before.Close()
			for _, i := range tt.about {
				a, err := tt.key.Bundle(attesttest.Statement(digests[i], attesttest.Provenance, `{}`))
				if err != nil {
					t.Fatal(err)
				}
				if _, err := server.Attach("app", digests[i], registrytest.Layer{MediaType: a.MediaType, Body: a.Body}); err != nil {
					t.Fatal(err)
				}
			}
			cfg := config(t, "registry:"+server.Host+"/app:1")
			cfg.Attestations = []policy.Requirement{"attestation=slsaprovenance1"}
			cfg.Policy.Attesters = []policy.Attester{{Type: tt.signs, Key: mine.Public}}
			result, err := inspect(ctx, t, cfg)
			if tt.refused {
				if err == nil || !strings.Contains(err.Error(), "looking for the attestations of the image") {
					t.Errorf("Inspect() = %v, want that the registry does not say", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer result.Close()
			var saw []string
			for _, f := range result.Report.Blocking() {
				if f.ID == "LG-REQ-007" {
					saw = append(saw, f.Check.Saw)
				}
			}
			if tt.saw != "" {
				if len(saw) != 1 || !strings.Contains(saw[0], tt.saw) || len(result.Report.Evidence) > 0 {
					t.Errorf("it blocks for %q with the evidence %+v, want %q", saw, result.Report.Evidence, tt.saw)
				}
				return
			}
			var about []string
			for _, i := range tt.about {
				about = append(about, digests[i])
			}
			slices.Sort(about)
			want := []report.Evidence{{Form: policy.FormAttestation, File: attesttest.Provenance, Tool: "signed with the key " + mine.Public.ID(), Subjects: about}}
			if diff := cmp.Diff(want, result.Report.Evidence); diff != "" || len(saw) > 0 {
				t.Errorf("it blocks for %q; Evidence (-want +got):\n%s", saw, diff)
			}
		})
	}
}
