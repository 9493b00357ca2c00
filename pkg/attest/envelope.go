package attest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	"github.com/sigstore/sigstore/pkg/signature"
	dssesignature "github.com/sigstore/sigstore/pkg/signature/dsse"

	"github.com/layergate/layergate/pkg/strictjson"
)

// payloadType is that of in-toto statements in a DSSE envelope (https://github.com/in-toto/attestation).
const payloadType = "application/vnd.in-toto+json"

// AnyBundle begins the media types of Sigstore bundles (https://github.com/sigstore/protobuf-specs, Bundle).
const AnyBundle = "application/vnd.dev.sigstore.bundle"

// EnvelopeType is the media type of a DSSE envelope that stands by itself (https://github.com/secure-systems-lab/dsse, "Envelope").
const EnvelopeType = "application/vnd.dsse.envelope.v1+json"

// maxEnvelopeValues is how many JSON values an envelope or a bundle may have. Its payload is one of them, and a signature three.
const maxEnvelopeValues = 10_000

// Envelope is a DSSE envelope (https://github.com/secure-systems-lab/dsse) that was opened.
type Envelope struct {
	Payload  []byte   // an in-toto statement, if its author is right
	SignedBy []string // the keys, of those that were asked for, that signed it; see policy.Key.ID
	// Signatures is how many signatures it has, whoever made them.
	Signatures int
}

// PartError says which part of an envelope or a bundle is not what it has to be.
type PartError struct {
	Path string // such as dsseEnvelope.signatures[0].sig
	Err  error
}

// Error names the part.
func (e *PartError) Error() string { return e.Path + ": " + e.Err.Error() }

// Unwrap returns what is wrong with the part.
func (e *PartError) Unwrap() error { return e.Err }

// bundle is a Sigstore bundle, or an envelope that stands by itself. Certificates, time stamps and transparency logs are not
// looked at: a public key decides.
type bundle struct {
	dsse.Envelope
	MediaType string         `json:"mediaType"`
	Inner     *dsse.Envelope `json:"dsseEnvelope"`
	Message   *struct{}      `json:"messageSignature"`
}

// Open opens a DSSE envelope with an in-toto statement, alone or in a Sigstore bundle. What is signed with no key is opened as well.
// The error is a *PartError, or one of package strictjson or encoding/json.
func Open(raw []byte, keys Keys) (Envelope, error) {
	var b bundle
	if err := (strictjson.Config{Values: maxEnvelopeValues}).Unmarshal(raw, &b); err != nil {
		return Envelope{}, err
	}
	switch {
	case b.Inner != nil && !strings.HasPrefix(b.MediaType, AnyBundle):
		return Envelope{}, &PartError{"mediaType", fmt.Errorf("%.100q is no Sigstore bundle", b.MediaType)}
	case b.Inner != nil:
		return open(*b.Inner, "dsseEnvelope.", keys)
	case b.Message != nil:
		return Envelope{}, &PartError{"messageSignature", errors.New("a signature of a file says nothing of an image: a statement in a dsseEnvelope is wanted")}
	}
	return open(b.Envelope, "", keys)
}

// open opens an envelope whose parts have paths with a prefix.
func open(envelope dsse.Envelope, prefix string, keys Keys) (Envelope, error) {
	if envelope.PayloadType != payloadType {
		return Envelope{}, &PartError{prefix + "payloadType", fmt.Errorf("the envelope holds %.100q, and not an in-toto statement, %s", envelope.PayloadType, payloadType)}
	}
	payload, err := envelope.DecodeB64Payload()
	if err != nil {
		return Envelope{}, &PartError{prefix + "payload", errors.New("the payload is not in Base64")}
	}
	for i, s := range envelope.Signatures {
		if _, err := base64.StdEncoding.DecodeString(s.Sig); err != nil {
			return Envelope{}, &PartError{fmt.Sprintf("%ssignatures[%d].sig", prefix, i), errors.New("the signature is not in Base64")}
		}
		envelope.Signatures[i].KeyID = "" // a hint that nobody vouches for
	}
	clean, err := json.Marshal(envelope)
	if err != nil {
		return Envelope{}, err
	}
	signers := keys.signers(func(v signature.Verifier) bool {
		return dssesignature.WrapVerifier(v, dssesignature.WithExpectedPayloadType(payloadType)).VerifySignature(bytes.NewReader(clean), nil) == nil
	})
	return Envelope{Payload: payload, SignedBy: signers, Signatures: len(envelope.Signatures)}, nil
}
