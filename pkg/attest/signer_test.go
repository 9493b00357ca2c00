package attest_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/sigstore/sigstore/pkg/cryptoutils"

	"github.com/layergate/layergate/pkg/attest"
)

// claim says something about the digest.
func claim() attest.Claim {
	return attest.Claim{
		Subject:       []attest.Resource{{Name: "app", Digest: attest.DigestsOf(digest)}},
		PredicateType: attest.PredicateVerdict, Predicate: map[string]string{"markup": "<a> & b"},
	}
}

func encoded(t *testing.T, key crypto.PrivateKey) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

func TestSign(t *testing.T) {
	t.Parallel()
	p256, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	p384, err384 := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	p521, err521 := ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	_, edwards, errEdwards := ed25519.GenerateKey(rand.Reader)
	large, errLarge := rsa.GenerateKey(rand.Reader, 2048)
	small, errSmall := rsa.GenerateKey(rand.Reader, 1024)
	if err := errors.Join(err, err384, err521, errEdwards, errLarge, errSmall); err != nil {
		t.Fatal(err)
	}
	protected, _, err := cryptoutils.GeneratePEMEncodedECDSAKeyPair(elliptic.P256(), cryptoutils.StaticPasswordFunc([]byte("open-sesame")))
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalECPrivateKey(p256)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name     string
		key      []byte
		password string
		err      string
	}{
		{name: "P-256", key: encoded(t, p256)},
		{name: "P-256 as openssl writes it", key: pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der})},
		{name: "P-384", key: encoded(t, p384)},
		{name: "P-521", key: encoded(t, p521), err: "only those on P-256 and P-384"},
		{name: "Ed25519", key: encoded(t, edwards)},
		{name: "RSA", key: encoded(t, large)},
		{name: "RSA of 1,024 bits", key: encoded(t, small), err: "2048 are the least"},
		{name: "of cosign", key: protected, password: "open-sesame"},
		{name: "of cosign in its older form", key: []byte(strings.ReplaceAll(string(protected), "SIGSTORE", "COSIGN")), password: "open-sesame"},
		{name: "a wrong password", key: protected, password: "sesame", err: attest.ErrPassword.Error()},
		{name: "no password", key: protected, err: attest.ErrPassword.Error()},
		{name: "a public key", key: []byte(newKey(t).Public), err: "it is no private key in PEM"},
		{name: "no key", key: []byte("a secret"), err: "it is no private key in PEM"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			signer, err := attest.ParseSigner(tt.key, []byte(tt.password))
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) || strings.Contains(err.Error(), "secret") {
					t.Errorf("ParseSigner() = %v, want an error with %q", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			signed, err := signer.Sign(t.Context(), claim())
			if err != nil {
				t.Fatal(err)
			}
			got, err := attest.Read(signed, attest.NewKeys(signer.Public()))
			want := attest.Statement{
				SignedBy: []string{signer.Public().ID()}, Subjects: []string{digest}, PredicateType: attest.PredicateVerdict, Predicate: []byte(`{"markup":"<a> & b"}`),
			}
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("Read(Sign()) = %v (-want +got):\n%s", err, diff)
			}
			if !strings.HasPrefix(string(signed.Body), `{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{"publicKey":{"hint":"`) {
				t.Errorf("Sign() = %s, want a bundle that names its key", signed.Body)
			}
		})
	}
}
