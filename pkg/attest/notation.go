package attest

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/notaryproject/notation-core-go/signature"
	"github.com/notaryproject/notation-core-go/signature/jws"
	notationx509 "github.com/notaryproject/notation-core-go/x509"
)

// Of signatures of the Notary Project (https://github.com/notaryproject/specifications, "Signature specification").
const (
	NotationArtifact = "application/vnd.cncf.notary.signature" // the type of the artifact
	NotationEnvelope = jws.MediaTypeEnvelope                   // of the file in it

	notationPayload     = "application/vnd.cncf.notary.payload.v1+json"
	notationThumbprints = "io.cncf.notary.x509chain.thumbprint#S256" // the annotation by which a signature is chosen
)

// Notation signs images as the Notary Project does: with a key, and with the certificate that says whose it is.
type Notation struct {
	signer *Signer
	chain  []*x509.Certificate // the signer's own first, its root last
	spec   signature.KeySpec
}

// ErrOtherKey says that a certificate is about another key than the one that signs.
var ErrOtherKey = errors.New("the first certificate is about another key than the one that signs")

// NewNotation makes a signer of a key and of certificates in PEM: the key's own first, then those that issued it, up to the root. They have to be
// valid at the given time and made for signing code, as the Notary Project demands ("Certificate requirements").
func NewNotation(signer *Signer, certificates []byte, at time.Time) (*Notation, error) {
	chain, err := parseChain(certificates)
	if err != nil {
		return nil, err
	}
	if key, ok := chain[0].PublicKey.(interface{ Equal(crypto.PublicKey) bool }); !ok || !key.Equal(signer.key) {
		return nil, ErrOtherKey
	}
	if err := notationx509.ValidateCodeSigningCertChain(chain, &at); err != nil {
		return nil, err
	}
	spec, err := signature.ExtractKeySpec(chain[0])
	return &Notation{signer: signer, chain: chain, spec: spec}, err
}

func parseChain(text []byte) (chain []*x509.Certificate, err error) {
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			return nil, errors.New("there is something else than certificates in it") // a key, perhaps, which no message shows
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		chain = append(chain, c)
	}
	if len(chain) == 0 || len(bytes.TrimSpace(text)) > 0 {
		return nil, errors.New("it is no list of certificates in PEM")
	}
	return chain, nil
}

// Target is what a signature is about, as registries describe it (OCI image specification, "Content descriptors").
type Target struct {
	MediaType string `json:"mediaType"`
	Digest    string `json:"digest"`
	Size      int64  `json:"size"` // bytes
}

// Sign signs that an image is what it is, at a time. What comes of it is a JWS envelope, and the annotations of the artifact that holds it.
func (n *Notation) Sign(ctx context.Context, target Target, at time.Time) (body []byte, annotations map[string]string, err error) {
	payload, err := encode(map[string]Target{"targetArtifact": target})
	if err != nil {
		return nil, nil, err
	}
	request := &signature.SignRequest{
		Payload: signature.Payload{ContentType: notationPayload, Content: payload}, Signer: notationKey{n, ctx},
		SigningTime: at, SigningScheme: signature.SigningSchemeX509, SigningAgent: "layergate",
	}
	envelope := jws.NewEnvelope()
	if body, err = envelope.Sign(request.WithContext(ctx)); err == nil {
		_, err = envelope.Verify()
	}
	if err != nil {
		return nil, nil, fmt.Errorf("signing %s for the Notary Project: %w", target.Digest, err)
	}
	prints := make([]string, len(n.chain))
	for i, c := range n.chain {
		sum := sha256.Sum256(c.Raw)
		prints[i] = hex.EncodeToString(sum[:])
	}
	list, err := encode(prints)
	return body, map[string]string{notationThumbprints: string(list)}, err
}

// notationKey signs envelopes, for one call: the library passes no context on.
type notationKey struct {
	*Notation
	ctx context.Context
}

// KeySpec is the kind of the key.
func (k notationKey) KeySpec() (signature.KeySpec, error) { return k.spec, nil }

// Sign signs the text of a JSON Web Signature (RFC 7518, section 3): ECDSA as r and s of one length, RSA by PSS.
func (k notationKey) Sign(text []byte) ([]byte, []*x509.Certificate, error) {
	hash := k.spec.SignatureAlgorithm().Hash()
	if k.spec.Type == signature.KeyTypeRSA {
		sig, err := k.signer.sign(k.ctx, text, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: hash})
		return sig, k.chain, err
	}
	sig, err := k.signer.sign(k.ctx, text, hash)
	if err != nil {
		return nil, nil, err
	}
	var parts struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(sig, &parts); err != nil {
		return nil, nil, err
	}
	size := (k.spec.Size + 7) / 8
	out := make([]byte, 2*size)
	parts.R.FillBytes(out[:size])
	parts.S.FillBytes(out[size:])
	return out, k.chain, nil
}
