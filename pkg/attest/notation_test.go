package attest_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/notaryproject/notation-core-go/signature/jws"

	"github.com/layergate/layergate/pkg/attest"
	"github.com/layergate/layergate/pkg/attest/attesttest"
)

// certified is a certificate of a key by itself.
func certified(t *testing.T, key crypto.Signer, days int, more ...func(*attesttest.Certificate)) []byte {
	t.Helper()
	c := attesttest.Certificate{Name: "the gate", From: time.Now().Add(-time.Hour), Until: time.Now().Add(time.Duration(days) * 24 * time.Hour)}
	for _, change := range more {
		change(&c)
	}
	out, err := c.SelfSigned(key)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestNotation(t *testing.T) {
	t.Parallel()
	p256, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	p384, err384 := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	_, edwards, errEdwards := ed25519.GenerateKey(rand.Reader)
	r2048, err2048 := rsa.GenerateKey(rand.Reader, 2048)
	r3072, err3072 := rsa.GenerateKey(rand.Reader, 3072)
	if err := errors.Join(err, err384, errEdwards, err2048, err3072); err != nil {
		t.Fatal(err)
	}
	forServers := func(c *attesttest.Certificate) { c.ForServers = true }
	tests := []struct {
		name         string
		key          crypto.Signer
		certificates []byte
		err          string
	}{
		{name: "P-256", key: p256, certificates: certified(t, p256, 1)},
		{name: "P-384", key: p384, certificates: certified(t, p384, 1)},
		{name: "RSA of 2,048 bits", key: r2048, certificates: certified(t, r2048, 1)},
		{name: "RSA of 3,072 bits", key: r3072, certificates: certified(t, r3072, 1)},
		{name: "Ed25519", key: edwards, certificates: certified(t, edwards, 1), err: "unsupported public key type"},
		{name: "of another key", key: p256, certificates: certified(t, p384, 1), err: attest.ErrOtherKey.Error()},
		{name: "expired", key: p256, certificates: certified(t, p256, 0), err: "was invalid at signing time"},
		{name: "for servers", key: p256, certificates: certified(t, p256, 1, forServers), err: "must not contain ServerAuth"},
		{name: "a chain out of order", key: p256, certificates: slices.Concat(certified(t, p256, 1), certified(t, p384, 1)), err: "certificate"},
		{name: "a key beside it", key: p256, certificates: slices.Concat(encoded(t, p256), certified(t, p256, 1)), err: "something else than certificates"},
		{name: "a certificate cut short", key: p256, certificates: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("0")}), err: "x509"},
		{name: "text behind it", key: p256, certificates: append(certified(t, p256, 1), "more"...), err: "no list of certificates in PEM"},
		{name: "nothing", key: p256, err: "no list of certificates in PEM"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			signer, err := attest.ParseSigner(encoded(t, tt.key), nil)
			if err != nil {
				t.Fatal(err)
			}
			now := time.Now()
			n, err := attest.NewNotation(signer, tt.certificates, now)
			if tt.err != "" {
				if err == nil || !strings.Contains(strings.ToLower(err.Error()), strings.ToLower(tt.err)) {
					t.Errorf("NewNotation() = %v, want an error with %q", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			target := attest.Target{MediaType: "application/vnd.oci.image.index.v1+json", Digest: digest, Size: 7}
			body, annotations, err := n.Sign(t.Context(), target, now)
			if err != nil {
				t.Fatal(err)
			}
			envelope, err := jws.ParseEnvelope(body)
			if err != nil {
				t.Fatal(err)
			}
			content, err := envelope.Verify()
			if err != nil {
				t.Fatal(err)
			}
			var got struct{ TargetArtifact attest.Target }
			if err := json.Unmarshal(content.Payload.Content, &got); err != nil || got.TargetArtifact != target {
				t.Errorf("it is about %+v, %v; want %+v", got, err, target)
			}
			if at := content.SignerInfo.SignedAttributes.SigningTime; !at.Equal(now.Truncate(time.Second)) {
				t.Errorf("it was signed at %s, want %s", at, now)
			}
			block, _ := pem.Decode(tt.certificates)
			sum := sha256.Sum256(block.Bytes)
			want := map[string]string{"io.cncf.notary.x509chain.thumbprint#S256": `["` + hex.EncodeToString(sum[:]) + `"]`}
			if diff := cmp.Diff(want, annotations); diff != "" {
				t.Errorf("annotations (-want +got):\n%s", diff)
			}
		})
	}
}
