package registrytest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"strings"
)

// vaultDomain ends the hosts of key vaults.
const vaultDomain = ".vault.azure.net"

// vaultVersion is that of every key of the fake vaults.
const vaultVersion = "v1"

// vault is a key vault (Azure Key Vault REST API, "Keys"): it shows the public part of a key, and signs digests with it.
func (a *FakeAzure) vault(w http.ResponseWriter, r *http.Request) {
	c, err := a.verify(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
	if err != nil || c["aud"] != "https://"+vaultDomain[1:] {
		w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Bearer authorization="https://login.microsoftonline.com/%s", resource="https://%s"`, a.cfg.Tenant, vaultDomain[1:]))
		answer(w, http.StatusUnauthorized, vaultError("Unauthorized"))
		return
	}
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	if len(parts) < 2 || parts[0] != "keys" || len(parts) > 2 && parts[2] != vaultVersion {
		answer(w, http.StatusNotFound, vaultError("KeyNotFound"))
		return
	}
	key, ok := a.cfg.Keys[parts[1]]
	id := fmt.Sprintf("https://%s/keys/%s/%s", r.Host, parts[1], vaultVersion)
	switch {
	case !ok:
		answer(w, http.StatusNotFound, vaultError("KeyNotFound"))
	case key == nil:
		answer(w, http.StatusForbidden, vaultError("Forbidden"))
	case r.Method == http.MethodGet:
		answer(w, http.StatusOK, map[string]any{"key": jsonWebKey(id, key.Public()), "attributes": map[string]any{"enabled": true}})
	case r.Method == http.MethodPost && len(parts) == 4 && parts[3] == "sign":
		value, err := vaultSign(key, r)
		if err != nil {
			answer(w, http.StatusBadRequest, vaultError(err.Error()))
			return
		}
		answer(w, http.StatusOK, map[string]any{"kid": id, "value": value})
	default:
		http.NotFound(w, r)
	}
}

func vaultError(code string) map[string]any {
	return map[string]any{"error": map[string]any{"code": code, "message": "of the fake vault"}}
}

// jsonWebKey is a public key (RFC 7518, section 6).
func jsonWebKey(id string, public crypto.PublicKey) map[string]any {
	encode := base64.RawURLEncoding.EncodeToString
	switch k := public.(type) {
	case *ecdsa.PublicKey:
		size := (k.Curve.Params().BitSize + 7) / 8
		point, err := k.Bytes()
		if err != nil {
			panic(err) // tests make their keys on curves that are known
		}
		return map[string]any{"kid": id, "kty": "EC", "crv": k.Curve.Params().Name, "x": encode(point[1 : 1+size]), "y": encode(point[1+size:])}
	case *rsa.PublicKey:
		return map[string]any{"kid": id, "kty": "RSA", "n": encode(k.N.Bytes()), "e": encode(big.NewInt(int64(k.E)).Bytes())}
	}
	return map[string]any{"kid": id, "kty": "oct"}
}

// vaultSign signs the digest of a request, if the algorithm is one of the key's.
func vaultSign(key crypto.Signer, r *http.Request) (string, error) {
	var in struct {
		Algorithm string `json:"alg"`
		Value     string `json:"value"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return "", err
	}
	digest, err := base64.RawURLEncoding.DecodeString(in.Value)
	if err != nil {
		return "", err
	}
	options, ok := map[string]crypto.SignerOpts{
		"ES256": crypto.SHA256, "ES384": crypto.SHA384, "RS256": crypto.SHA256,
		"PS256": &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: crypto.SHA256},
	}[in.Algorithm]
	if !ok {
		return "", fmt.Errorf("the algorithm %q is not known", in.Algorithm)
	}
	sig, err := key.Sign(rand.Reader, digest, options)
	ec, isEC := key.Public().(*ecdsa.PublicKey)
	if err != nil || !isEC {
		return base64.RawURLEncoding.EncodeToString(sig), err
	}
	var parts struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(sig, &parts); err != nil {
		return "", err
	}
	size := (ec.Curve.Params().BitSize + 7) / 8
	out := make([]byte, 2*size)
	parts.R.FillBytes(out[:size])
	parts.S.FillBytes(out[size:])
	return base64.RawURLEncoding.EncodeToString(out), nil
}
