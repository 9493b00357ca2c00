// Package sigstore has other readers of Sigstore bundles and of signatures of the Notary Project read what pkg/attest signs. It is a module of
// its own: sigstore-go and notation-go bring much that the program does not need.
package sigstore

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/sigstore/sigstore-go/pkg/bundle"
	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore-go/pkg/verify"
	"github.com/sigstore/sigstore/pkg/signature"

	"github.com/layergate/layergate/pkg/attest"
)

const about = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

// trusted takes every signature of one key.
type trusted struct {
	root.BaseTrustedMaterial
	verifier signature.Verifier
}

func (t *trusted) PublicKeyVerifier(string) (root.TimeConstrainedVerifier, error) {
	return root.NewExpiringKey(t.verifier, time.Time{}, time.Time{}), nil
}

// check has sigstore-go verify a bundle with a public key, about a digest.
func check(t *testing.T, raw []byte, public crypto.PublicKey, of string) (*verify.VerificationResult, error) {
	t.Helper()
	var b bundle.Bundle
	if err := b.UnmarshalJSON(raw); err != nil {
		return nil, err
	}
	keys, err := signature.LoadVerifier(public, attest.Hash(public))
	if err != nil {
		t.Fatal(err)
	}
	v, err := verify.NewVerifier(&trusted{verifier: keys}, verify.WithNoObserverTimestamps())
	if err != nil {
		t.Fatal(err)
	}
	sum, err := hex.DecodeString(strings.TrimPrefix(of, "sha256:"))
	if err != nil {
		t.Fatal(err)
	}
	return v.Verify(&b, verify.NewPolicy(verify.WithArtifactDigest("sha256", sum), verify.WithKey()))
}

// signerOf signs with a key, as the gate reads it from a file.
func signerOf(t *testing.T, key crypto.Signer) *attest.Signer {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := attest.ParseSigner(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

func TestReadBySigstore(t *testing.T) {
	t.Parallel()
	p256, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	p384, err384 := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	_, edwards, errEdwards := ed25519.GenerateKey(rand.Reader)
	large, errRSA := rsa.GenerateKey(rand.Reader, 2048)
	other, errOther := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err := errors.Join(err, err384, errEdwards, errRSA, errOther); err != nil {
		t.Fatal(err)
	}
	for name, key := range map[string]crypto.Signer{"P-256": p256, "P-384": p384, "Ed25519": edwards, "RSA": large} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			signer := signerOf(t, key)
			signed, err := signer.Sign(t.Context(), attest.Claim{
				Subject:       []attest.Resource{{Name: "registry.example/app", Digest: attest.DigestsOf(about)}},
				PredicateType: attest.PredicateVerdict, Predicate: attest.Verdict{ResourceURI: "registry.example/app:1", VerificationResult: attest.Passed},
			})
			if err != nil {
				t.Fatal(err)
			}
			got, err := check(t, signed.Body, key.Public(), about)
			if err != nil {
				t.Fatal(err)
			}
			if got.Statement.GetPredicateType() != attest.PredicateVerdict || got.Statement.GetPredicate().AsMap()["resourceUri"] != "registry.example/app:1" {
				t.Errorf("sigstore-go read %v", got.Statement)
			}
			if _, err := check(t, signed.Body, key.Public(), strings.Replace(about, "aa", "bb", 1)); err == nil {
				t.Error("sigstore-go takes it for a statement about another digest")
			}
			if _, err := check(t, signed.Body, other.Public(), about); err == nil {
				t.Error("sigstore-go takes it for signed with another key")
			}
		})
	}
}
