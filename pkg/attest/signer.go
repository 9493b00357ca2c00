package attest

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/sigstore/sigstore/pkg/cryptoutils"

	"github.com/layergate/layergate/pkg/policy"
)

// Signer signs with a private key, wherever that is kept.
type Signer struct {
	public policy.Key
	key    crypto.PublicKey
	sign   SignMessage
}

// SignMessage signs a message with a private key, such as one in a key vault: ECDSA in ASN.1 form, RSA by PKCS #1 version 1.5, or by PSS
// where the options are *rsa.PSSOptions. The message is hashed as the options say, which crypto.Signer describes.
type SignMessage func(ctx context.Context, message []byte, options crypto.SignerOpts) ([]byte, error)

// NewSigner makes a signer of a public key and of what signs with its private key. Only keys that Read takes are taken; see policy.Key.
func NewSigner(public crypto.PublicKey, sign SignMessage) (*Signer, error) {
	pem, err := cryptoutils.MarshalPublicKeyToPEM(public)
	if err != nil {
		return nil, fmt.Errorf("the public key is not known: %w", err)
	}
	key := policy.Key(pem)
	if err := key.Valid(); err != nil {
		return nil, err
	}
	return &Signer{public: key, key: public, sign: sign}, nil
}

// ErrPassword says that a private key is encrypted, and that the password is missing or wrong.
var ErrPassword = errors.New("it is encrypted, and the password does not open it")

// ParseSigner reads a private key in PEM: PKCS #8, SEC 1 or PKCS #1, or as cosign generate-key-pair writes it, which the password opens.
// No error shows anything of the key.
func ParseSigner(pem, password []byte) (*Signer, error) {
	asked := false
	private, err := cryptoutils.UnmarshalPEMToPrivateKey(pem, func(bool) ([]byte, error) {
		asked = true
		return password, nil
	})
	switch {
	case asked && err != nil:
		return nil, ErrPassword
	case err != nil:
		return nil, errors.New("it is no private key in PEM") // the cause says what the bytes are
	}
	key, ok := private.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("a key of the type %T signs nothing", private)
	}
	return NewSigner(key.Public(), func(_ context.Context, message []byte, options crypto.SignerOpts) ([]byte, error) {
		if _, ok := key.Public().(ed25519.PublicKey); ok {
			return key.Sign(rand.Reader, message, crypto.Hash(0)) // it hashes by itself (RFC 8032)
		}
		hash := options.HashFunc().New()
		hash.Write(message)
		return key.Sign(rand.Reader, hash.Sum(nil), options)
	})
}

// Public is the public key, in PEM.
func (s *Signer) Public() policy.Key { return s.public }

// Hash is what signatures of a key are made over: SHA-384 for P-384, SHA-256 for all others. Ed25519 has its own.
func Hash(public crypto.PublicKey) crypto.Hash { return hashes(public)[0] }

// dsseSigner signs envelopes.
type dsseSigner struct{ *Signer }

// Sign signs what an envelope is signed over.
func (s dsseSigner) Sign(ctx context.Context, data []byte) ([]byte, error) {
	return s.sign(ctx, data, Hash(s.key))
}

// KeyID is empty, as cosign leaves it: the bundle names the key.
func (s dsseSigner) KeyID() (string, error) { return "", nil }
