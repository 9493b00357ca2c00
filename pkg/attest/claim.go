package attest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
)

// Bundle is the media type of the bundles that Sign makes (https://github.com/sigstore/protobuf-specs, Bundle).
const Bundle = AnyBundle + ".v0.3+json"

// statementType is that of the statements that Sign makes.
const statementType = "https://in-toto.io/Statement/v1"

// Resource is a thing that a statement names (https://github.com/in-toto/attestation, ResourceDescriptor).
type Resource struct {
	Name      string  `json:"name,omitempty"`
	URI       string  `json:"uri,omitempty"`
	Digest    Digests `json:"digest,omitempty"`
	MediaType string  `json:"mediaType,omitempty"`
}

// Digests are those of one thing, in hexadecimal by their algorithm, such as sha256.
type Digests map[string]string

// DigestsOf makes them of a digest such as sha256:…; none of an empty one.
func DigestsOf(digest string) Digests {
	algorithm, hex, ok := strings.Cut(digest, ":")
	if !ok {
		return nil
	}
	return Digests{algorithm: hex}
}

// DigestOf makes them of some bytes.
func DigestOf(body []byte) Digests {
	sum := sha256.Sum256(body)
	return Digests{"sha256": hex.EncodeToString(sum[:])}
}

// String is the SHA-256 digest as sha256:…; empty where there is none.
func (d Digests) String() string {
	if d["sha256"] == "" {
		return ""
	}
	return "sha256:" + strings.ToLower(d["sha256"])
}

// Claim is an in-toto statement to sign (https://github.com/in-toto/attestation, version 1).
type Claim struct {
	Type          string     `json:"_type"` // Sign sets it
	Subject       []Resource `json:"subject"`
	PredicateType string     `json:"predicateType"`
	Predicate     any        `json:"predicate"`
}

// Sign signs a claim. What comes of it is a Sigstore bundle of version 0.3, which names the key as cosign does: by the SHA-256 of its DER
// form. It holds no certificate and no entry of a transparency log.
func (s *Signer) Sign(ctx context.Context, c Claim) (Attachment, error) {
	envelope, err := s.envelope(ctx, c)
	if err != nil {
		return Attachment{}, err
	}
	id, err := hex.DecodeString(strings.TrimPrefix(s.public.ID(), "sha256:"))
	if err != nil {
		return Attachment{}, err
	}
	var out sealed
	out.MediaType, out.Envelope = Bundle, envelope
	out.Material.PublicKey.Hint = base64.StdEncoding.EncodeToString(id)
	body, err := encode(out)
	return Attachment{MediaType: Bundle, Body: body}, err
}

// SignEnvelope signs a claim. What comes of it is a DSSE envelope that stands by itself, as cosign keeps it under a tag of its own.
func (s *Signer) SignEnvelope(ctx context.Context, c Claim) (Attachment, error) {
	envelope, err := s.envelope(ctx, c)
	if err != nil {
		return Attachment{}, err
	}
	body, err := encode(envelope)
	return Attachment{MediaType: EnvelopeType, Body: body}, err
}

func (s *Signer) envelope(ctx context.Context, c Claim) (*dsse.Envelope, error) {
	c.Type = statementType
	payload, err := encode(c)
	if err != nil {
		return nil, fmt.Errorf("writing a statement of the type %s: %w", c.PredicateType, err)
	}
	signer, err := dsse.NewEnvelopeSigner(dsseSigner{s})
	if err != nil {
		return nil, err
	}
	envelope, err := signer.SignPayload(ctx, payloadType, payload)
	if err != nil {
		return nil, fmt.Errorf("signing a statement of the type %s: %w", c.PredicateType, err)
	}
	return envelope, nil
}

// sealed is a bundle as it is written.
type sealed struct {
	MediaType string `json:"mediaType"`
	Material  struct {
		PublicKey struct {
			Hint string `json:"hint"`
		} `json:"publicKey"`
	} `json:"verificationMaterial"`
	Envelope *dsse.Envelope `json:"dsseEnvelope"`
}

// encode writes JSON without escapes for HTML, and with no line end.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSpace(b.Bytes()), err
}
