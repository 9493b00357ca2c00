package gate_test

import (
	"bytes"
	"context"
	"crypto"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/sigstore/sigstore/pkg/cryptoutils"

	"github.com/layergate/layergate/pkg/attest"
	"github.com/layergate/layergate/pkg/attest/attesttest"
	"github.com/layergate/layergate/pkg/evidence"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/gate"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/registrytest"
)

var update = flag.Bool("update", false, "write the golden files")

// statement is what is signed about an image, as it stands in the bundle.
func statement(t *testing.T, a attest.Attachment, key attesttest.Key) []byte {
	t.Helper()
	e, err := attest.Open(a.Body, attest.NewKeys(key.Public))
	if err != nil || len(e.SignedBy) != 1 {
		t.Fatalf("Open() = %v, %v, want an envelope that is signed", e.SignedBy, err)
	}
	return e.Payload
}

// promoteSigned takes an image with packages that an exception accepts through a gate that attaches some kinds, and returns what is
// attached to it and where it was pushed.
func promoteSigned(t *testing.T, key attesttest.Key, kinds ...gate.AttachmentKind) (attached []attest.Attachment, ref, digest string) {
	t.Helper()
	ctx := context.Background()
	server := start(t, registrytest.Config{})
	ref = server.Host + "/team/app:1"
	cfg := config(t, write(t, "oci", lodash(vulnerable, imagetest.Gzip, "linux/amd64"), lodash(repaired, imagetest.Gzip, "linux/arm64")), ref)
	cfg.Now = clock
	cfg.Policy = policy.Policy{Source: policy.Source{File: ".layergate.yaml"}, Gaps: map[finding.Gap]policy.Action{finding.GapNoSystemPackages: policy.ActionWarn}}
	for _, id := range []string{"GHSA-29mw-wpgm-hmr9", "GHSA-35jh-r3h4-6jhm", "GHSA-jf85-cpcp-j695", "GHSA-p6mc-m468-83gw"} {
		cfg.Policy.Exceptions = append(cfg.Policy.Exceptions, policy.Exception{ID: id, Package: "lodash", Reason: "it is behind <the proxy>", Owner: "team-web", Expires: "2026-12-31"})
	}
	cfg.Policy.Exceptions = append(cfg.Policy.Exceptions, policy.Exception{ID: "CVE-2099-1", Reason: "it lets nothing pass", Owner: "o", Expires: "2026-12-31"})
	tests := filepath.Join(t.TempDir(), "tests.xml")
	if err := os.WriteFile(tests, []byte(`<testsuite name="unit" tests="1"><testcase name="adds"/></testsuite>`), 0o644); err != nil {
		t.Fatal(err)
	}
	result, err := evidence.Read(filepath.Dir(tests), policy.Requirement("junit="+tests))
	if err != nil {
		t.Fatal(err)
	}
	cfg.Evidence = []*evidence.Document{result}
	signer, err := attest.ParseSigner(key.Private, nil)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Attach = &gate.Attachments{Kinds: kinds, Signer: signer, Notation: notation(t, key, signer)}
	digest = promote(ctx, t, cfg)
	return attachedTo(t, ref, digest), ref, digest
}

// attachedTo is what is attached to an image in its registry.
func attachedTo(t *testing.T, ref, digest string) []attest.Attachment {
	t.Helper()
	client, err := registry.New(registry.Config{})
	if err != nil {
		t.Fatal(err)
	}
	repo, err := client.Image(ref)
	if err != nil {
		t.Fatal(err)
	}
	attached, err := repo.Attached(t.Context(), digest)
	if err != nil {
		t.Fatal(err)
	}
	return attached
}

// notation signs with a key and a certificate of it, on the day of the clock.
func notation(t *testing.T, key attesttest.Key, signer *attest.Signer) *attest.Notation {
	t.Helper()
	private, err := cryptoutils.UnmarshalPEMToPrivateKey(key.Private, cryptoutils.SkipPassword)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := attesttest.Certificate{Name: "the gate", From: clock().Add(-time.Hour), Until: clock().Add(time.Hour)}.SelfSigned(private.(crypto.Signer))
	if err != nil {
		t.Fatal(err)
	}
	out, err := attest.NewNotation(signer, certificate, clock())
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func newKey(t *testing.T) attesttest.Key {
	t.Helper()
	key, err := attesttest.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// The verdict names the image, the policy, the database and what it rests on, and is the same for the same image at the same time.
func TestVerdict(t *testing.T) {
	t.Parallel()
	key := newKey(t)
	attached, ref, _ := promoteSigned(t, key, gate.AttachVerdict)
	if len(attached) != 1 {
		t.Fatalf("%d statements are attached, want the verdict alone", len(attached))
	}
	var tree map[string]any
	if err := json.Unmarshal(statement(t, attached[0], key), &tree); err != nil {
		t.Fatal(err)
	}
	predicate := tree["predicate"].(map[string]any)
	database := predicate["https://github.com/layergate/layergate/verdict/database"].(map[string]any)
	database["checksum"] = "xxh64:CHECKSUM" // the test builds its own
	for _, r := range predicate["inputAttestations"].([]any) {
		r.(map[string]any)["uri"] = "DIR/" + filepath.Base(r.(map[string]any)["uri"].(string))
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(tree); err != nil {
		t.Fatal(err)
	}
	got := strings.ReplaceAll(b.String(), strings.Split(ref, "/")[0], "REGISTRY")
	path := filepath.Join("testdata", "verdict.json")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("the verdict differs from %s; run go test -update if it should (-want +got):\n%s", path, diff)
	}
}

// The level of a verdict, and the name of a policy that is in no file, say no more than what was let pass.
func TestVerdictLevel(t *testing.T) {
	t.Parallel()
	gaps := policy.Policy{Gaps: map[finding.Gap]policy.Action{finding.GapNoSystemPackages: policy.ActionWarn}}
	image := func(version string, more ...imagetest.File) imagetest.Image {
		img := lodash(version, imagetest.Gzip, "linux/amd64")
		img.Layers[0].Files = append(img.Layers[0].Files, more...)
		return img
	}
	unreadable, unwatched := image(repaired, imagetest.File{Name: "app/x.jar", Body: "no archive"}), image(repaired)
	unwatched.Config = &v1.Config{User: "65532:65532"} // it has no health check
	tests := []struct {
		name   string
		image  imagetest.Image
		change func(*policy.Policy)
		want   string // the level
		uri    string // how that of the policy ends
	}{
		{"nothing passed", image(repaired), func(*policy.Policy) {}, "LAYERGATE_CLEAN_ANY", "/policy/inputs"},
		{"nothing passed a limit", image(repaired), func(p *policy.Policy) { p.FailOn = "high" }, "LAYERGATE_CLEAN_HIGH", "/policy/inputs"},
		{"a critical one that is not the base image's", image(vulnerable), func(p *policy.Policy) { p.Own.FailOn = policy.Never }, "LAYERGATE_CLEAN_NEVER", "/policy/inputs"},
		{"a denied licence that a rule ignores", image(repaired), func(p *policy.Policy) {
			p.Licenses.Deny, p.Rules = []string{"MIT"}, policy.Rules{"LG-LIC-001": policy.ActionIgnore}
		}, "LAYERGATE_CLEAN_CRITICAL", "/policy/inputs"},
		{"what is for information", unwatched, func(p *policy.Policy) { p.Rules = policy.Rules{"LG-*": policy.ActionWarn} }, "LAYERGATE_CLEAN_ANY", "/policy/inputs"},
		{"a gap", unreadable, func(p *policy.Policy) { p.Coverage = policy.ActionWarn }, "LAYERGATE_CLEAN_ANY", "/policy/inputs"},
		{"from a file", image(repaired), func(p *policy.Policy) { p.File = ".layergate.yaml" }, "LAYERGATE_CLEAN_ANY", ".layergate.yaml"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			key := newKey(t)
			ref := start(t, registrytest.Config{}).Host + "/team/app:1"
			cfg := config(t, write(t, "oci", tt.image), ref)
			cfg.Now, cfg.Policy = clock, gaps
			tt.change(&cfg.Policy)
			signer, err := attest.ParseSigner(key.Private, nil)
			if err != nil {
				t.Fatal(err)
			}
			cfg.Attach = &gate.Attachments{Kinds: []gate.AttachmentKind{gate.AttachVerdict}, Signer: signer}
			s, err := attest.Read(attachedTo(t, ref, promote(t.Context(), t, cfg))[0], attest.NewKeys(key.Public))
			if err != nil {
				t.Fatal(err)
			}
			var v attest.Verdict
			if err := json.Unmarshal(s.Predicate, &v); err != nil {
				t.Fatal(err)
			}
			if len(v.VerifiedLevels) != 1 || v.VerifiedLevels[0] != tt.want || !strings.HasSuffix(v.Policy.URI, tt.uri) {
				t.Errorf("the verdict is %q by %s, want %s by %s", v.VerifiedLevels, v.Policy.URI, tt.want, tt.uri)
			}
		})
	}
}

// SBOM and scan are attached as statements of their own, and the verdict names them by the digests of their bundles. SARIF is no statement.
func TestAttachments(t *testing.T) {
	t.Parallel()
	key := newKey(t)
	attached, ref, digest := promoteSigned(t, key, gate.AttachmentKinds()...)
	byType := map[string]attest.Digests{}
	predicates := map[string]json.RawMessage{}
	for _, a := range attached {
		s, err := attest.Read(a, attest.NewKeys(key.Public))
		if err != nil {
			t.Fatal(err)
		}
		byType[s.PredicateType], predicates[s.PredicateType] = attest.DigestOf(a.Body), s.Predicate
	}
	const sbom, scan = "https://cyclonedx.org/bom", "https://cosign.sigstore.dev/attestation/vuln/v1"
	if len(attached) != 3 || byType[sbom] == nil || byType[scan] == nil || byType[attest.PredicateVerdict] == nil {
		t.Fatalf("attached are %d statements, %v, want SBOM, scan and verdict", len(attached), byType)
	}
	var v attest.Verdict
	if err := json.Unmarshal(predicates[attest.PredicateVerdict], &v); err != nil {
		t.Fatal(err)
	}
	want := []attest.Resource{{Name: sbom, Digest: byType[sbom], MediaType: attest.Bundle}, {Name: scan, Digest: byType[scan], MediaType: attest.Bundle}}
	if diff := cmp.Diff(want, v.InputAttestations[:2]); diff != "" {
		t.Errorf("the verdict rests on (-want +got):\n%s", diff)
	}
	var of struct {
		Scanner struct {
			URI, Version string
			Result       struct{ Schema string }
		}
		Metadata struct{ ScanFinishedOn string }
	}
	if err := json.Unmarshal(predicates[scan], &of); err != nil || of.Scanner.URI != "pkg:github/layergate/layergate@test" || of.Scanner.Result.Schema == "" || of.Metadata.ScanFinishedOn != "2026-11-20T00:00:00Z" {
		t.Errorf("the scan is %+v, %v", of, err)
	}
	types := map[string]int{}
	place := "http://" + strings.Split(ref, "/")[0] + "/v2/team/app/"
	var referrers struct{ Manifests []struct{ Digest string } }
	if err := json.Unmarshal(get(t, place+"referrers/"+digest), &referrers); err != nil {
		t.Fatal(err)
	}
	for _, m := range referrers.Manifests {
		var manifest struct {
			ArtifactType string
			Config       struct{ MediaType string } // is the type where there is no other (OCI image specification, "Image Manifest")
		}
		if err := json.Unmarshal(get(t, place+"manifests/"+m.Digest), &manifest); err != nil {
			t.Fatal(err)
		}
		if manifest.ArtifactType == "" {
			manifest.ArtifactType = manifest.Config.MediaType
		}
		types[manifest.ArtifactType]++
	}
	if diff := cmp.Diff(map[string]int{attest.Bundle: 3, "application/sarif+json": 1, attest.NotationArtifact: 1}, types); diff != "" {
		t.Errorf("the types of the referrers (-want +got):\n%s", diff)
	}
}
