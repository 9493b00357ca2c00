package gate_test

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/sigstore/sigstore/pkg/signature"
	"github.com/sigstore/sigstore/pkg/signature/dsse"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/registrytest"
)

// vendor signs, and what a policy says of it.
func vendor(t *testing.T) (signature.Signer, policy.Trusted) {
	t.Helper()
	private := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	signer, err := signature.LoadSigner(private, crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(private.Public())
	if err != nil {
		t.Fatal(err)
	}
	return signer, policy.Trusted{Author: "vendor", Key: policy.Key(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))}
}

// A layout is how a document is attached to an image in a registry.
type layout string

const (
	cosignTag      layout = "the tag of cosign"
	bundleReferrer layout = "a Sigstore bundle as a referrer"
	inTotoReferrer layout = "an in-toto statement as a referrer, not signed"
)

// attachVEX attaches a document to the image app:1 that a registry keeps, which says of lodash what the status does.
func attachVEX(t *testing.T, server *registrytest.Server, signer signature.Signer, digest, status string, by layout) {
	t.Helper()
	var statements []string
	for _, id := range []string{"GHSA-29mw-wpgm-hmr9", "GHSA-35jh-r3h4-6jhm", "GHSA-jf85-cpcp-j695", "GHSA-p6mc-m468-83gw"} {
		statements = append(statements, fmt.Sprintf(`{"vulnerability": {"name": %q}, "products": [{"@id": "pkg:oci/app", "subcomponents": [{"@id": "pkg:npm/lodash"}]}], "status": %q}`, id, status))
	}
	statement := fmt.Sprintf(`{"_type": "https://in-toto.io/Statement/v1", "predicateType": "https://openvex.dev/ns/v0.2.0",
		"subject": [{"name": "app", "digest": {"sha256": %q}}], "predicate": {
		"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://vex.example/1", "author": "vendor",
		"timestamp": "2026-03-01T09:00:00Z", "version": 1, "statements": [%s]}}`, strings.TrimPrefix(digest, "sha256:"), strings.Join(statements, ","))
	body, err := dsse.WrapSigner(signer, "application/vnd.in-toto+json").SignMessage(strings.NewReader(statement))
	if err != nil {
		t.Fatal(err)
	}
	mt, tag := types.MediaType("application/vnd.dsse.envelope.v1+json"), strings.Replace(digest, ":", "-", 1)+".att"
	switch by {
	case bundleReferrer:
		mt, body = "application/vnd.dev.sigstore.bundle.v0.3+json", fmt.Appendf(nil, `{"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "dsseEnvelope": %s}`, body)
	case inTotoReferrer:
		mt, body = "application/vnd.in-toto+json", []byte(statement)
	}
	m := v1.Manifest{
		SchemaVersion: 2, MediaType: types.OCIManifestSchema1,
		Config: v1.Descriptor{MediaType: types.OCIConfigJSON, Digest: imagetest.Digest([]byte("{}")), Size: 2},
		Layers: []v1.Descriptor{{MediaType: mt, Digest: imagetest.Digest(body), Size: int64(len(body))}},
	}
	if by != cosignTag {
		hash, err := v1.NewHash(digest)
		if err != nil {
			t.Fatal(err)
		}
		m.Subject = &v1.Descriptor{MediaType: types.OCIManifestSchema1, Digest: hash}
		m.Config.MediaType = "application/vnd.oci.empty.v1+json"
	}
	manifest, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if by != cosignTag {
		tag = imagetest.Digest(manifest).String()
	}
	for _, blob := range [][]byte{body, []byte("{}")} {
		if err := server.StoreBlob("app", blob); err != nil {
			t.Fatal(err)
		}
	}
	if err := server.StoreManifest("app", tag, types.OCIManifestSchema1, manifest); err != nil {
		t.Fatal(err)
	}
}

// What is attached to an image in its registry lets findings pass where it is signed with the key of a trusted author.
func TestAttachedVEX(t *testing.T) {
	t.Parallel()
	signer, trusted := vendor(t)
	tests := []struct {
		name   string
		trust  []policy.Trusted
		status string
		by     layout
		want   policy.Outcome
		wrong  string
	}{
		{name: "trusted", trust: []policy.Trusted{trusted}, status: "fixed", by: cosignTag, want: policy.Clean},
		{name: "in a bundle", trust: []policy.Trusted{trusted}, status: "fixed", by: bundleReferrer, want: policy.Clean},
		{name: "not signed", trust: []policy.Trusted{{Author: "vendor", From: []policy.Origin{policy.OriginImage}}}, status: "fixed", by: inTotoReferrer, want: policy.Clean},
		{name: "not signed, of whom a key is wanted", trust: []policy.Trusted{trusted}, status: "fixed", by: inTotoReferrer, want: policy.Blocked},
		{name: "not trusted", status: "fixed", by: cosignTag, want: policy.Blocked},
		{name: "trusted for files", trust: []policy.Trusted{{Author: "vendor"}}, status: "fixed", by: cosignTag, want: policy.Blocked},
		{name: "under investigation", trust: []policy.Trusted{trusted}, status: "under_investigation", by: cosignTag, want: policy.Blocked},
		{name: "not valid", trust: []policy.Trusted{trusted}, status: "harmless", by: cosignTag, wrong: `"harmless" is not a status`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ctx, server := context.Background(), start(t, registrytest.Config{})
			store := config(t, write(t, "oci", lodash(vulnerable, imagetest.Gzip, "")), server.Host+"/app:1")
			store.Policy.FailOn = policy.Never
			attachVEX(t, server, signer, promote(ctx, t, store), tt.status, tt.by)

			cfg := config(t, "registry:"+server.Host+"/app:1", server.Host+"/production:1")
			cfg.Policy.VEX.Trust = tt.trust
			result, err := inspect(ctx, t, cfg)
			if tt.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), tt.wrong) || fault.IsRequest(err) {
					t.Errorf("Inspect() = %v, want it undecided with %q", err, tt.wrong)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer result.Close()
			if got := result.Report.Verdict.Outcome; got != tt.want {
				t.Errorf("the verdict is %s, want %s: %+v", got, tt.want, result.Report.Verdict.Decisions)
			}
		})
	}
}
