package vex

import (
	"bytes"
	"crypto"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	"github.com/sigstore/sigstore/pkg/cryptoutils"
	"github.com/sigstore/sigstore/pkg/signature"
	dssesignature "github.com/sigstore/sigstore/pkg/signature/dsse"

	"github.com/layergate/layergate/pkg/policy"
)

// payloadType is that of in-toto statements in a DSSE envelope (https://github.com/in-toto/attestation).
const payloadType = "application/vnd.in-toto+json"

// predicatePrefix begins the types of predicates that are OpenVEX documents.
const predicatePrefix = "https://openvex.dev/ns"

// IsPredicate tells whether a predicate of a type is a VEX document.
func IsPredicate(predicate string) bool { return strings.HasPrefix(predicate, predicatePrefix) }

// ErrOtherPredicate is the error for an in-toto statement that says something else than VEX, such as an SBOM.
var ErrOtherPredicate = errors.New("it is an in-toto statement about something else than VEX")

// Keys are the public keys of trusted authors, by their names; see policy.Trusted.KeyID.
type Keys map[string]signature.Verifier

// NewKeys takes the keys from what a policy trusts. Entries that are not valid have none.
func NewKeys(trust []policy.Trusted) Keys {
	keys := Keys{}
	for _, t := range trust {
		if t.Key == "" || t.Valid() != nil {
			continue
		}
		public, err := cryptoutils.UnmarshalPEMToPublicKey([]byte(t.Key))
		if err != nil {
			continue
		}
		if verifier, err := signature.LoadVerifier(public, crypto.SHA256); err == nil {
			keys[t.KeyID()] = verifier
		}
	}
	return keys
}

// signers lists the keys of which an envelope has a signature.
func (k Keys) signers(envelope dsse.Envelope) []string {
	for i := range envelope.Signatures {
		envelope.Signatures[i].KeyID = "" // a hint that nobody vouches for
	}
	raw, err := json.Marshal(envelope)
	if err != nil {
		return nil // of nothing but texts, that does not happen
	}
	var out []string
	for id, verifier := range k {
		v := dssesignature.WrapVerifier(verifier, dssesignature.WithExpectedPayloadType(payloadType))
		if v.VerifySignature(bytes.NewReader(raw), nil) == nil {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}

// unwrap takes a document out of what it is wrapped in, and notes who signed it and which digests it is about.
func (d *Document) unwrap(src source, keys Keys) (source, error) {
	var h head
	if err := src.unmarshal(&h); err != nil {
		return src, err
	}
	if h.Bundle != nil { // https://github.com/sigstore/protobuf-specs, Bundle
		src = src.part("dsseEnvelope", *h.Bundle)
		if err := src.unmarshal(&h); err != nil {
			return src, err
		}
	}
	if h.Envelope != nil {
		payload, err := d.openEnvelope(src, keys)
		if err != nil {
			return src, err
		}
		src = newSource(src.name, payload)
		h = head{}
		if err := src.unmarshal(&h); err != nil {
			return src, err
		}
		if h.InToto == nil {
			return src, src.errorAt("", "", "the envelope holds no in-toto statement")
		}
	}
	if h.InToto == nil {
		return src, nil
	}
	return d.openStatement(src)
}

// openEnvelope returns the payload of a DSSE envelope (https://github.com/secure-systems-lab/dsse), and notes who signed it.
func (d *Document) openEnvelope(src source, keys Keys) ([]byte, error) {
	var envelope dsse.Envelope
	if err := src.unmarshal(&envelope); err != nil {
		return nil, err
	}
	if envelope.PayloadType != payloadType {
		return nil, src.errorAt("payloadType", "", "the envelope holds %q, and not an in-toto statement, %s", envelope.PayloadType, payloadType)
	}
	payload, err := envelope.DecodeB64Payload()
	if err != nil {
		return nil, src.errorAt("payload", "", "the payload is not in Base64")
	}
	for i, s := range envelope.Signatures {
		if _, err := base64.StdEncoding.DecodeString(s.Sig); err != nil {
			return nil, src.errorAt(fmt.Sprintf("signatures[%d].sig", i), "", "the signature is not in Base64")
		}
	}
	d.signedBy = keys.signers(envelope)
	return payload, nil
}

// openStatement returns the predicate of an in-toto statement, and notes the digests that it is about.
func (d *Document) openStatement(src source) (source, error) {
	var of struct {
		Subject []struct {
			Digest map[string]string
		}
		PredicateType string
		Predicate     json.RawMessage
	}
	if err := src.unmarshal(&of); err != nil {
		return src, err
	}
	if !IsPredicate(of.PredicateType) {
		return src, fmt.Errorf("%s: %w: %q", src.name, ErrOtherPredicate, of.PredicateType)
	}
	for _, s := range of.Subject {
		if digest := s.Digest["sha256"]; digest != "" {
			d.subjects = append(d.subjects, "sha256:"+strings.ToLower(digest))
		}
	}
	if len(d.subjects) == 0 {
		return src, src.errorAt("subject", "name the image by its SHA-256 digest", "the in-toto statement has no subject")
	}
	if of.Predicate == nil {
		return src, src.errorAt("", "", "the in-toto statement has no predicate")
	}
	return src.part("predicate", of.Predicate), nil
}
