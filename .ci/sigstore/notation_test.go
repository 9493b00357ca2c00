package sigstore

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/notaryproject/notation-go"
	"github.com/notaryproject/notation-go/verifier"
	"github.com/notaryproject/notation-go/verifier/trustpolicy"
	"github.com/notaryproject/notation-go/verifier/truststore"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/layergate/layergate/pkg/attest"
	"github.com/layergate/layergate/pkg/attest/attesttest"
)

// store trusts one certificate.
type store struct{ certificate *x509.Certificate }

func (s store) GetCertificates(context.Context, truststore.Type, string) ([]*x509.Certificate, error) {
	return []*x509.Certificate{s.certificate}, nil
}

// strict is a policy that trusts the store for every image.
var strict = &trustpolicy.Document{Version: "1.0", TrustPolicies: []trustpolicy.TrustPolicy{{
	Name: "gate", RegistryScopes: []string{"*"}, TrustStores: []string{"ca:gate"}, TrustedIdentities: []string{"*"},
	SignatureVerification: trustpolicy.SignatureVerification{VerificationLevel: trustpolicy.LevelStrict.Name},
}}}

// Signatures for the Notary Project are verified by its own verifier, with the certificate and about the image that they are of.
func TestReadByNotation(t *testing.T) {
	t.Parallel()
	p256, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	p384, err384 := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	r2048, err2048 := rsa.GenerateKey(rand.Reader, 2048)
	if err := errors.Join(err, err384, err2048); err != nil {
		t.Fatal(err)
	}
	for name, key := range map[string]crypto.Signer{"P-256": p256, "P-384": p384, "RSA": r2048} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			signer := signerOf(t, key)
			certificate, trusted := certify(t, key)
			_, other := certify(t, p384)
			now := time.Now()
			n, err := attest.NewNotation(signer, certificate, now)
			if err != nil {
				t.Fatal(err)
			}
			target := attest.Target{MediaType: ocispec.MediaTypeImageManifest, Digest: about, Size: 7}
			body, _, err := n.Sign(t.Context(), target, now)
			if err != nil {
				t.Fatal(err)
			}
			if err := verifyNotation(t, body, trusted, about); err != nil {
				t.Error(err)
			}
			if err := verifyNotation(t, body, trusted, strings.Replace(about, "aa", "bb", 1)); err == nil {
				t.Error("notation takes it for a signature of another image")
			}
			if key != p384 {
				if err := verifyNotation(t, body, other, about); err == nil {
					t.Error("notation takes it for signed with another certificate")
				}
			}
		})
	}
}

func certify(t *testing.T, key crypto.Signer) (text []byte, parsed *x509.Certificate) {
	t.Helper()
	text, err := attesttest.Certificate{Name: "the gate", From: time.Now().Add(-time.Hour), Until: time.Now().Add(time.Hour)}.SelfSigned(key)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	if parsed, err = x509.ParseCertificate(block.Bytes); err != nil {
		t.Fatal(err)
	}
	return text, parsed
}

func verifyNotation(t *testing.T, body []byte, trusted *x509.Certificate, of string) error {
	t.Helper()
	v, err := verifier.New(strict, store{trusted}, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = v.Verify(t.Context(), ocispec.Descriptor{MediaType: ocispec.MediaTypeImageManifest, Digest: digest.Digest(of), Size: 7}, body,
		notation.VerifierVerifyOptions{ArtifactReference: "registry.example/app@" + of, SignatureMediaType: attest.NotationEnvelope})
	return err
}
