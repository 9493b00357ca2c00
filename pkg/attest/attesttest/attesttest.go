// Package attesttest signs what package attest reads, as cosign and other tools do. It is for tests.
package attesttest

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/sigstore/sigstore/pkg/cryptoutils"
	"github.com/sigstore/sigstore/pkg/signature"
	"github.com/sigstore/sigstore/pkg/signature/dsse"

	"github.com/layergate/layergate/pkg/attest"
	"github.com/layergate/layergate/pkg/policy"
)

// Media types of what is attached.
const (
	Envelope = "application/vnd.dsse.envelope.v1+json"
	Bundle   = "application/vnd.dev.sigstore.bundle.v0.3+json"
)

// The types of predicates.
const (
	Signature  = "https://sigstore.dev/cosign/sign/v1"
	Provenance = "https://slsa.dev/provenance/v1"
	Verdict    = "https://slsa.dev/verification_summary/v1"
)

// Key is a pair of keys.
type Key struct {
	Public  policy.Key
	Private []byte // in PEM
	signer  signature.Signer
}

// NewKey makes a pair of keys on the curve P-256.
func NewKey() (Key, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return Key{}, err
	}
	return From(private, crypto.SHA256)
}

// From takes a private key, which signs digests of a hash.
func From(private crypto.Signer, hash crypto.Hash) (Key, error) {
	signer, err := signature.LoadSigner(private, hash)
	if err != nil {
		return Key{}, err
	}
	public, err := cryptoutils.MarshalPublicKeyToPEM(private.Public())
	if err != nil {
		return Key{}, err
	}
	secret, err := cryptoutils.MarshalPrivateKeyToPEM(private)
	return Key{Public: policy.Key(public), Private: secret, signer: signer}, err
}

// Statement is an in-toto statement about a digest, sha256:….
func Statement(digest, predicateType, predicate string) string {
	return fmt.Sprintf(`{"_type": "https://in-toto.io/Statement/v1", "subject": [{"name": "app", "digest": {"sha256": %q}}], "predicateType": %q, "predicate": %s}`,
		strings.TrimPrefix(digest, "sha256:"), predicateType, predicate)
}

// Envelope signs a statement, in a DSSE envelope.
func (k Key) Envelope(statement string) (attest.Attachment, error) {
	raw, err := dsse.WrapSigner(k.signer, "application/vnd.in-toto+json").SignMessage(strings.NewReader(statement))
	return attest.Attachment{MediaType: Envelope, Body: raw}, err
}

// Bundle signs a statement, in a Sigstore bundle of version 0.3.
func (k Key) Bundle(statement string) (attest.Attachment, error) {
	envelope, err := k.Envelope(statement)
	body := fmt.Sprintf(`{"mediaType": %q, "verificationMaterial": {"publicKey": {"hint": ""}}, "dsseEnvelope": %s}`, Bundle, envelope.Body)
	return attest.Attachment{MediaType: Bundle, Body: []byte(body)}, err
}

// SimpleSigning signs a digest in cosign's older form.
func (k Key) SimpleSigning(digest string) (attest.Attachment, error) {
	return k.SimpleSigningOf(digest, "cosign container image signature")
}

// SimpleSigningOf signs a digest in that form, and says that the signature is of a type.
func (k Key) SimpleSigningOf(digest, of string) (attest.Attachment, error) {
	body := fmt.Appendf(nil, `{"critical": {"identity": {"docker-reference": "registry.example/app"}, "image": {"docker-manifest-digest": %q}, "type": %q}, "optional": null}`, digest, of)
	sig, err := k.signer.SignMessage(bytes.NewReader(body))
	return attest.Attachment{
		MediaType: attest.SimpleSigning, Body: body,
		Annotations: map[string]string{"dev.cosignproject.cosign/signature": base64.StdEncoding.EncodeToString(sig)},
	}, err
}
