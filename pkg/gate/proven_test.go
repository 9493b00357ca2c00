package gate_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/attest"
	"github.com/layergate/layergate/pkg/attest/attesttest"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/registrytest"
)

// A policy that wants base images to be signed asks the registry for what is attached to the base, by its digest there.
func TestProvenBases(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	mine, err := attesttest.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := attesttest.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	signature := func(k attesttest.Key) func(string) (attest.Attachment, error) {
		return func(digest string) (attest.Attachment, error) {
			return k.Bundle(attesttest.Statement(digest, attesttest.Signature, `{}`))
		}
	}
	signed := policy.Proof{Key: mine.Public}
	refuse := func(r *http.Request) bool { return strings.Contains(r.URL.Path, "/referrers/") }
	tests := []struct {
		name   string
		sign   func(digest string) (attest.Attachment, error) // what is attached to the base; nil for nothing
		proofs []policy.Proof                                 // zero for an entry without one
		fail   func(*http.Request) bool
		saw    string // why it blocks
		err    string
	}{
		{name: "signed", sign: signature(mine), proofs: []policy.Proof{signed}},
		{name: "signed in cosign's older form", sign: mine.SimpleSigning, proofs: []policy.Proof{signed}},
		{name: "signed with the second of two keys", sign: signature(mine), proofs: []policy.Proof{{Key: theirs.Public}, signed}},
		{name: "an entry without a proof is enough", proofs: []policy.Proof{signed, {}}},
		{name: "not signed", proofs: []policy.Proof{signed}, saw: "no signature is attached to it in the registry"},
		{name: "signed with another key", sign: signature(theirs), proofs: []policy.Proof{signed}, saw: "it is signed with none of the keys that the policy names"},
		{name: "the signature of another image", sign: func(string) (attest.Attachment, error) {
			return mine.SimpleSigning("sha256:" + strings.Repeat("a", 64))
		}, proofs: []policy.Proof{signed}, saw: "it is about another digest"},
		{name: "signed, where provenance is asked for", sign: signature(mine), proofs: []policy.Proof{{By: policy.ByProvenance, Key: mine.Public}}, saw: "nothing is a provenance that counts"},
		{name: "the registry does not say", sign: signature(mine), proofs: []policy.Proof{signed}, fail: refuse, err: "looking for what proves the base image"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := start(t, registrytest.Config{Fail: tt.fail})
			bottom := lodash(repaired, imagetest.Gzip, "").Layers[0]
			digest := push(ctx, t, server.Host+"/base/debian:12", imagetest.Image{Layers: []imagetest.Layer{bottom}})
			if tt.sign != nil {
				a, err := tt.sign(digest)
				if err != nil {
					t.Fatal(err)
				}
				attachTo(t, server, digest, a)
			}
			app := imagetest.Layer{CreatedBy: "COPY . /app # buildkit", Files: lodash(repaired, imagetest.Gzip, "").Layers[1].Files}
			cfg := config(t, write(t, "oci", imagetest.Image{Layers: []imagetest.Layer{bottom, app}}))
			for _, p := range tt.proofs {
				cfg.Policy.AllowedBases = append(cfg.Policy.AllowedBases, policy.AllowedBase{Image: policy.BasePattern(server.Host + "/base/*"), Proven: p})
			}
			cfg.Project.Root = t.TempDir()
			if err := os.WriteFile(filepath.Join(cfg.Project.Root, "Dockerfile"), []byte("FROM "+server.Host+"/base/debian:12\nCOPY . /app\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			result, err := inspect(ctx, t, cfg)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) || fault.IsRequest(err) {
					t.Errorf("Inspect() = %v, want one that leaves it undecided, with %q", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer result.Close()
			var got []finding.Finding
			for _, d := range result.Report.Verdict.Blocking() {
				got = append(got, result.Report.Findings[d.Finding])
			}
			if !slices.EqualFunc(got, reasons(tt.saw), func(f finding.Finding, saw string) bool {
				return f.ID == finding.RuleBaseNotProven && f.Location.Line == 1 && strings.Contains(f.Check.Saw, saw)
			}) {
				t.Errorf("blocked by %+v, want it to see %q", got, tt.saw)
			}
		})
	}
}

// reasons are those for which an image is blocked; none where it is not.
func reasons(saw string) []string {
	if saw == "" {
		return nil
	}
	return []string{saw}
}

// attachTo attaches something to the base image, where cosign does.
func attachTo(t *testing.T, server *registrytest.Server, digest string, a attest.Attachment) {
	t.Helper()
	l := registrytest.Layer{MediaType: a.MediaType, Annotations: a.Annotations, Body: a.Body}
	var err error
	if a.MediaType == attest.SimpleSigning {
		err = server.AttachByTag("base/debian", digest, ".sig", l)
	} else {
		_, err = server.Attach("base/debian", digest, l)
	}
	if err != nil {
		t.Fatal(err)
	}
}
