package attest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"slices"

	"github.com/sigstore/sigstore/pkg/cryptoutils"
	"github.com/sigstore/sigstore/pkg/signature"

	"github.com/layergate/layergate/pkg/policy"
)

// Keys verify signatures. Each is listed under its name; see policy.Key.ID.
type Keys map[string][]signature.Verifier

// NewKeys makes keys ready to verify. Those that are not valid, or empty, are left out.
func NewKeys(list ...policy.Key) Keys {
	keys := Keys{}
	for _, k := range list {
		if k.Valid() != nil {
			continue
		}
		public, _ := cryptoutils.UnmarshalPEMToPublicKey([]byte(k)) // one that is valid can be read
		for _, hash := range hashes(public) {
			if verifier, err := signature.LoadVerifier(public, hash); err == nil {
				keys[k.ID()] = append(keys[k.ID()], verifier)
			}
		}
	}
	return keys
}

// hashes are those that signatures of a key are made over. Of P-384, cosign takes SHA-256, and the Sigstore clients the one
// of the curve's size.
func hashes(public crypto.PublicKey) []crypto.Hash {
	if key, ok := public.(*ecdsa.PublicKey); ok && key.Curve == elliptic.P384() {
		return []crypto.Hash{crypto.SHA384, crypto.SHA256}
	}
	return []crypto.Hash{crypto.SHA256} // Ed25519 has its own
}

// signers lists the keys that verify something.
func (k Keys) signers(verifies func(signature.Verifier) bool) []string {
	var out []string
	for id, verifiers := range k {
		if slices.ContainsFunc(verifiers, verifies) {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}
