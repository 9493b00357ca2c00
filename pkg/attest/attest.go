// Package attest reads and signs what is said about images: in-toto statements in DSSE envelopes and Sigstore bundles, and reads the
// signatures of cosign. It verifies them with public keys, and tells whether one is the proof that a policy asks for, or a verdict that
// clears an image.
//
// It asks no registry: what one holds was read before. Certificates, transparency logs and time stamps are not looked at.
package attest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/sigstore/sigstore/pkg/signature"

	"github.com/layergate/layergate/pkg/strictjson"
)

// MaxSize is how many bytes an attachment may have. Statements that hold an SBOM have some ten megabytes.
const MaxSize = 32 << 20

// maxValues is how many JSON values a statement may have.
const maxValues = 2_000_000

// Attachment is what a registry keeps with a manifest: a layer of a referrer, or of a manifest under a tag of cosign's. Anybody
// who may push to the repository can have put it there.
type Attachment struct {
	MediaType   string
	Annotations map[string]string // of the layer
	Body        []byte            // at most MaxSize bytes are read
}

// SimpleSigning is the media type of what cosign signs with its older signatures (https://github.com/sigstore/cosign, specs/SIGNATURE_SPEC.md).
const SimpleSigning = "application/vnd.dev.cosign.simplesigning.v1+json"

// signatureAnnotation holds the signature of a SimpleSigning layer.
const signatureAnnotation = "dev.cosignproject.cosign/signature"

// Statement is what somebody signed about images.
type Statement struct {
	SignedBy      []string        // the keys, at least one of those that were asked for; see policy.Key.ID
	Subjects      []string        // the digests that it is about, sha256:…
	PredicateType string          // what it says; that of a mere signature is the one that cosign gives it today
	Predicate     json.RawMessage // empty where nothing more is said
}

// ErrUnsigned says that something is signed with none of the keys that were asked for. Who names these, only the caller knows; see whose.
var ErrUnsigned = errors.New("it is signed with none of the keys")

// thePolicy names the keys of proofs and of attestations.
const thePolicy = "the policy"

// whose says in the error that nothing is signed with the keys who names these; nothing where that is empty.
func whose(names string, err error) error {
	if names != "" && errors.Is(err, ErrUnsigned) {
		return fmt.Errorf("%w that %s names", err, names)
	}
	return err
}

// Read reads a statement, or a signature of cosign's, that is signed with one of the keys. What is signed with none of them is
// ErrUnsigned, whatever else is wrong with it.
func Read(a Attachment, keys Keys) (Statement, error) {
	if len(a.Body) > MaxSize {
		return Statement{}, fmt.Errorf("it has more than the %d bytes that are allowed", MaxSize)
	}
	if a.MediaType == SimpleSigning {
		return readSimpleSigning(a, keys)
	}
	envelope, err := Open(a.Body, keys)
	if err != nil {
		var bare struct {
			Type string `json:"_type"`
		}
		if json.Unmarshal(a.Body, &bare) == nil && bare.Type != "" {
			return Statement{}, ErrUnsigned // a statement without an envelope
		}
		return Statement{}, fmt.Errorf("it is no DSSE envelope: %w", err)
	}
	if len(envelope.SignedBy) == 0 {
		return Statement{}, ErrUnsigned
	}
	return readStatement(envelope)
}

// readStatement reads an in-toto statement (https://github.com/in-toto/attestation, version 0.1 or 1).
func readStatement(envelope Envelope) (Statement, error) {
	var of struct {
		Type    string `json:"_type"`
		Subject []struct {
			Digest map[string]string `json:"digest"`
		} `json:"subject"`
		PredicateType string          `json:"predicateType"`
		Predicate     json.RawMessage `json:"predicate"`
	}
	if err := (strictjson.Config{Values: maxValues, Free: namesOfAuthors()}).Unmarshal(envelope.Payload, &of); err != nil {
		return Statement{}, fmt.Errorf("the in-toto statement is not valid: %w", err)
	}
	if !strings.HasPrefix(of.Type, "https://in-toto.io/Statement/v") {
		return Statement{}, fmt.Errorf("the envelope holds no in-toto statement: its _type is %.100q", of.Type)
	}
	out := Statement{SignedBy: envelope.SignedBy, PredicateType: of.PredicateType, Predicate: of.Predicate}
	for _, s := range of.Subject {
		if hex := s.Digest["sha256"]; hex != "" {
			out.Subjects = append(out.Subjects, "sha256:"+strings.ToLower(hex))
		}
	}
	return out, nil
}

// namesOfAuthors lists the fields of predicates whose keys are not the format's, such as build arguments: http_proxy and HTTP_PROXY
// are two.
func namesOfAuthors() []string {
	return []string{"args", "environment", "parameters", "externalParameters", "internalParameters", "labels", "annotations"}
}

// readSimpleSigning reads a signature of cosign's older form.
func readSimpleSigning(a Attachment, keys Keys) (Statement, error) {
	sig, err := base64.StdEncoding.DecodeString(a.Annotations[signatureAnnotation])
	if err != nil || len(sig) == 0 {
		return Statement{}, fmt.Errorf("its annotation %s holds no signature in Base64", signatureAnnotation)
	}
	signers := keys.signers(func(v signature.Verifier) bool {
		return v.VerifySignature(bytes.NewReader(sig), bytes.NewReader(a.Body)) == nil
	})
	if len(signers) == 0 {
		return Statement{}, ErrUnsigned
	}
	var of struct {
		Critical struct {
			Image struct {
				Digest string `json:"docker-manifest-digest"`
			} `json:"image"`
			Type string `json:"type"`
		} `json:"critical"`
	}
	if err := (strictjson.Config{Values: maxEnvelopeValues, Free: []string{"optional"}}).Unmarshal(a.Body, &of); err != nil {
		return Statement{}, fmt.Errorf("what is signed is not valid: %w", err)
	}
	if of.Critical.Type != "cosign container image signature" && of.Critical.Type != "atomic container signature" {
		return Statement{}, fmt.Errorf("what is signed is no signature of an image: its type is %.100q", of.Critical.Type)
	}
	return Statement{SignedBy: signers, Subjects: []string{strings.ToLower(of.Critical.Image.Digest)}, PredicateType: predicateSignature}, nil
}
