package vex

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/layergate/layergate/pkg/attest"
	"github.com/layergate/layergate/pkg/policy"
)

// predicatePrefix begins the types of predicates that are OpenVEX documents.
const predicatePrefix = "https://openvex.dev/ns"

// IsPredicate tells whether a predicate of a type is a VEX document.
func IsPredicate(predicate string) bool { return strings.HasPrefix(predicate, predicatePrefix) }

// ErrOtherPredicate is the error for an in-toto statement that says something else than VEX, such as an SBOM.
var ErrOtherPredicate = errors.New("it is an in-toto statement about something else than VEX")

// NewKeys takes the keys from what a policy trusts, as far as they are valid.
func NewKeys(trust []policy.Trusted) attest.Keys {
	var keys []policy.Key
	for _, t := range trust {
		keys = append(keys, t.Key)
	}
	return attest.NewKeys(keys...)
}

// open reads a document out of what it is wrapped in, and notes who signed it and which digests it is about.
func (d *Document) open(src source, keys attest.Keys) error {
	h, err := src.head()
	if err == nil && (h.Bundle != nil || h.Envelope != nil) {
		var payload []byte
		if payload, err = d.openEnvelope(src, keys); err != nil {
			return err
		}
		src = newSource(src.name, payload)
		if h, err = src.head(); err == nil && h.InToto == nil {
			return src.errorAt("", "", "the envelope holds no in-toto statement")
		}
	}
	if err == nil && h.InToto != nil {
		if src, err = d.openStatement(src); err != nil {
			return err
		}
		h, err = src.head()
	}
	if err != nil {
		return err
	}
	return d.parse(src, h)
}

// openEnvelope returns the payload of a DSSE envelope, or of a Sigstore bundle, and notes who signed it.
func (d *Document) openEnvelope(src source, keys attest.Keys) ([]byte, error) {
	envelope, err := attest.Open(src.raw, keys)
	var part *attest.PartError
	switch {
	case errors.As(err, &part):
		return nil, src.errorAt(part.Path, "", "%w", part.Err)
	case err != nil:
		return nil, src.explain(err)
	}
	d.signedBy = envelope.SignedBy
	return envelope.Payload, nil
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
