package policy

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
)

// Key is a public key in PEM (PKIX, RFC 5280): ECDSA on the curve P-256 or P-384, Ed25519, or RSA of at least 2,048 bits. It has no
// end: whoever no longer trusts a key takes it out of the policy.
type Key string

// minRSA is how many bits an RSA key has to have (NIST SP 800-131A).
const minRSA = 2048

// Valid says what is wrong with the key.
func (k Key) Valid() error {
	block, rest := pem.Decode([]byte(k))
	if block == nil || strings.TrimSpace(string(rest)) != "" {
		return errors.New("its key is not one public key in PEM")
	}
	public, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return errors.New("its key is not a public key that is known")
	}
	switch public := public.(type) {
	case ed25519.PublicKey:
		return nil
	case *ecdsa.PublicKey:
		if public.Curve == elliptic.P256() || public.Curve == elliptic.P384() {
			return nil
		}
		return fmt.Errorf("its key is on the curve %s, and only those on P-256 and P-384 are taken", public.Curve.Params().Name)
	case *rsa.PublicKey:
		if n := public.N.BitLen(); n < minRSA {
			return fmt.Errorf("its RSA key has %d bits, and %d are the least", n, minRSA)
		}
		return nil
	}
	return errors.New("its key is of a kind that signs nothing here: take ECDSA, Ed25519 or RSA")
}

// ID names the key: sha256: and the SHA-256 of its DER form. It is empty where that is not PEM.
func (k Key) ID() string {
	block, _ := pem.Decode([]byte(k))
	if block == nil {
		return ""
	}
	sum := sha256.Sum256(block.Bytes)
	return "sha256:" + hex.EncodeToString(sum[:])
}
