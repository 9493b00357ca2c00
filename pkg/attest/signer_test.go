package attest_test

import (
	"context"
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"strings"
	"testing"
	"time"

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
	agreeing, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
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
		{name: "a key that signs nothing", key: encoded(t, agreeing), err: "signs nothing"},
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
			alone, err := signer.SignEnvelope(t.Context(), claim())
			if err != nil || alone.MediaType != attest.EnvelopeType {
				t.Fatalf("SignEnvelope() is of the type %q, %v", alone.MediaType, err)
			}
			if got, err := attest.Read(alone, attest.NewKeys(signer.Public())); err != nil || !cmp.Equal(want, got) {
				t.Errorf("Read(SignEnvelope()) = %+v, %v, want %+v", got, err, want)
			}
			block, _ := pem.Decode([]byte(signer.Public()))
			id := sha256.Sum256(block.Bytes)
			if !strings.HasPrefix(string(signed.Body), `{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{"publicKey":{"hint":"`+base64.StdEncoding.EncodeToString(id[:])+`"`) {
				t.Errorf("Sign() = %s, want a bundle that names its key", signed.Body)
			}
		})
	}
}

// What a key vault answers is no signature until it is one.
func TestSignFails(t *testing.T) {
	t.Parallel()
	if _, err := attest.NewSigner("no key", nil); err == nil || !strings.Contains(err.Error(), "the public key is not known") {
		t.Errorf("NewSigner(no key) = %v", err)
	}
	p256, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	large, errLarge := rsa.GenerateKey(rand.Reader, 2048)
	if err := errors.Join(err, errLarge); err != nil {
		t.Fatal(err)
	}
	if got := attest.Hash(p256.Public()); got != crypto.SHA256 {
		t.Errorf("Hash(P-256) = %s", got)
	}
	errVault := errors.New("the vault is locked")
	for _, key := range []crypto.Signer{p256, large} {
		sign := func(answer []byte, err error) (*attest.Signer, *attest.Notation) {
			signer, errSigner := attest.NewSigner(key.Public(), func(context.Context, []byte, crypto.SignerOpts) ([]byte, error) { return answer, err })
			notation, errNotation := attest.NewNotation(signer, certified(t, key, 1), time.Now())
			if err := errors.Join(errSigner, errNotation); err != nil {
				t.Fatal(err)
			}
			return signer, notation
		}
		signer, notation := sign(nil, errVault)
		if _, err := signer.Sign(t.Context(), claim()); !errors.Is(err, errVault) {
			t.Errorf("%T: Sign() = %v, want %v", key, err, errVault)
		}
		if _, err := signer.SignEnvelope(t.Context(), claim()); !errors.Is(err, errVault) {
			t.Errorf("%T: SignEnvelope() = %v, want %v", key, err, errVault)
		}
		if _, _, err := notation.Sign(t.Context(), attest.Target{Digest: digest}, time.Now()); err == nil || !strings.Contains(err.Error(), errVault.Error()) {
			t.Errorf("%T: Notation.Sign() = %v, want %v", key, err, errVault)
		}
		_, notation = sign(make([]byte, 256), nil)
		if _, _, err := notation.Sign(t.Context(), attest.Target{Digest: digest}, time.Now()); err == nil {
			t.Errorf("%T: Notation.Sign() takes zeros for a signature", key)
		}
		unwritable := claim()
		unwritable.Predicate = func() {}
		if _, err := signer.Sign(t.Context(), unwritable); err == nil || !strings.Contains(err.Error(), "writing a statement") {
			t.Errorf("%T: Sign(what is no JSON) = %v", key, err)
		}
	}
}
