package entra

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"slices"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azkeys"

	"github.com/layergate/layergate/pkg/fault"
)

// vaultCloud is the cloud that the host of a key vault, or of a managed HSM, belongs to.
func vaultCloud(host string) (cloud.Configuration, bool) {
	for suffix, c := range map[string]cloud.Configuration{
		".vault.azure.net": cloud.AzurePublic, ".managedhsm.azure.net": cloud.AzurePublic,
		".vault.usgovcloudapi.net": cloud.AzureGovernment, ".managedhsm.usgovcloudapi.net": cloud.AzureGovernment,
		".vault.azure.cn": cloud.AzureChina, ".managedhsm.azure.cn": cloud.AzureChina,
	} {
		if name, ok := strings.CutSuffix(strings.ToLower(host), suffix); ok && name != "" && !strings.ContainsAny(name, "./:@") {
			return c, true
		}
	}
	return cloud.Configuration{}, false
}

// IsVault tells whether host, such as example.vault.azure.net, is that of an Azure Key Vault or a managed HSM.
func IsVault(host string) bool {
	_, ok := vaultCloud(host)
	return ok
}

// VaultKey is a key in an Azure Key Vault, which signs there.
type VaultKey struct {
	client        *azkeys.Client
	host          string
	name, version string
	public        crypto.PublicKey
	account       string
}

// VaultKey asks a vault, which IsVault must know, for the public part of a key: of a version, or of the newest where that is empty. It is
// asked for with the first identity that Entra takes. It fails with ErrNone where no identity can be had.
func (d *Directory) VaultKey(ctx context.Context, host, name, version string) (*VaultKey, error) {
	c, ok := vaultCloud(host)
	if !ok {
		return nil, fmt.Errorf("%s is not a host of Azure Key Vault", host)
	}
	var reasons []string
	for _, id := range d.cfg.Identities {
		if id.Registry != "" {
			continue // it is for a registry alone
		}
		key, err := d.vaultKey(ctx, id, c, host, name, version)
		if err == nil || ctx.Err() != nil || !id.passOver(err) {
			return key, err
		}
		reasons = append(reasons, strings.Join(strings.Fields(err.Error()), " "))
	}
	if len(reasons) == 0 {
		return nil, ErrNone
	}
	return nil, fmt.Errorf("%w: %s", ErrNone, strings.Join(reasons, "; "))
}

func (d *Directory) vaultKey(ctx context.Context, id Identity, c cloud.Configuration, host, name, version string) (*VaultKey, error) {
	k := &VaultKey{host: host, name: name, account: id.String()}
	var err error
	k.client, err = azkeys.NewClient("https://"+host, vaultCredential{d, id, c}, &azkeys.ClientOptions{
		ClientOptions: azcore.ClientOptions{Transport: &http.Client{Transport: d.cfg.Transport, CheckRedirect: noRedirect}},
	})
	if err != nil {
		return nil, err
	}
	got, err := k.client.GetKey(ctx, name, version, nil)
	if err != nil {
		return nil, k.refused("read", err)
	}
	if got.Key == nil || got.Key.KID == nil {
		return nil, fmt.Errorf("%s answers without the key %s", host, name)
	}
	k.version = got.Key.KID.Version() // so that it signs with the key that it showed
	if k.public, err = publicOf(got.Key); err != nil {
		return nil, fault.Request(fmt.Errorf("the key %s in %s: %w", name, host, err), "make an EC key on the curve P-256 in the vault, and name that")
	}
	return k, nil
}

// publicOf is the public key in a JSON Web Key (RFC 7518, section 6).
func publicOf(k *azkeys.JSONWebKey) (crypto.PublicKey, error) {
	kty, crv := azkeys.KeyType(""), azkeys.CurveName("")
	if k.Kty != nil {
		kty = *k.Kty
	}
	if k.Crv != nil {
		crv = *k.Crv
	}
	curves := map[azkeys.CurveName]elliptic.Curve{azkeys.CurveNameP256: elliptic.P256(), azkeys.CurveNameP384: elliptic.P384()}
	switch {
	case (kty == azkeys.KeyTypeEC || kty == azkeys.KeyTypeECHSM) && curves[crv] != nil:
		curve := curves[crv]
		size := (curve.Params().BitSize + 7) / 8
		if len(k.X) > size || len(k.Y) > size {
			return nil, errors.New("it is no point of its curve")
		}
		point := make([]byte, 1+2*size)
		point[0] = 4 // uncompressed (SEC 1, section 2.3.3)
		copy(point[1+size-len(k.X):], k.X)
		copy(point[1+2*size-len(k.Y):], k.Y)
		return ecdsa.ParseUncompressedPublicKey(curve, point)
	case kty == azkeys.KeyTypeRSA || kty == azkeys.KeyTypeRSAHSM:
		return &rsa.PublicKey{N: new(big.Int).SetBytes(k.N), E: int(new(big.Int).SetBytes(k.E).Int64())}, nil
	}
	return nil, fmt.Errorf("a key of the type %q on the curve %q signs nothing here", kty, crv)
}

// Public is the public key.
func (k *VaultKey) Public() crypto.PublicKey { return k.public }

// Sign has the vault sign a message, hashed as the options say (see crypto.Signer): ECDSA in ASN.1 form, RSA by PKCS #1 version 1.5, or by PSS
// where the options are *rsa.PSSOptions.
func (k *VaultKey) Sign(ctx context.Context, message []byte, options crypto.SignerOpts) ([]byte, error) {
	family := "ES"
	_, isRSA := k.public.(*rsa.PublicKey)
	if isRSA {
		family = "RS"
	}
	if _, ok := options.(*rsa.PSSOptions); ok {
		family = "PS"
	}
	hash := options.HashFunc()
	algorithm := azkeys.SignatureAlgorithm(fmt.Sprintf("%s%d", family, 8*hash.Size())) // RFC 7518, section 3.1
	if !slices.Contains(azkeys.PossibleSignatureAlgorithmValues(), algorithm) {
		return nil, fmt.Errorf("the vault signs nothing over %s", hash)
	}
	h := hash.New()
	h.Write(message)
	got, err := k.client.Sign(ctx, k.name, k.version, azkeys.SignParameters{Algorithm: &algorithm, Value: h.Sum(nil)}, nil)
	if err != nil {
		return nil, k.refused("sign with", err)
	}
	if isRSA {
		return got.Result, nil
	}
	half := len(got.Result) / 2 // r and s, of one length (RFC 7518, section 3.4)
	return asn1.Marshal(struct{ R, S *big.Int }{new(big.Int).SetBytes(got.Result[:half]), new(big.Int).SetBytes(got.Result[half:])})
}

// refused says in one sentence why a vault did not do what it was asked for, and what to do about it.
func (k *VaultKey) refused(verb string, err error) error {
	var answer *azcore.ResponseError
	if !errors.As(err, &answer) {
		return err // of Entra, or of the network
	}
	err = fmt.Errorf("%s may not %s the key %s in %s: %d %s", k.account, verb, k.name, k.host, answer.StatusCode, answer.ErrorCode)
	switch answer.StatusCode {
	case http.StatusNotFound:
		return fault.Request(fmt.Errorf("%s has no key %s of this version", k.host, k.name), "check the names of the vault, of the key and of its version")
	case http.StatusUnauthorized, http.StatusForbidden:
		return fault.WithHint(err, "give the identity the role Key Vault Crypto User on the key; a vault that admits only some networks refuses in the same way")
	}
	return fault.WithHint(err, "try again; the vault's log says more")
}

// vaultCredential asks Entra for tokens to a vault.
type vaultCredential struct {
	directory *Directory
	identity  Identity
	cloud     cloud.Configuration
}

// GetToken asks for a token, which azkeys has checked to be for this vault's domain.
func (v vaultCredential) GetToken(ctx context.Context, options policy.TokenRequestOptions) (azcore.AccessToken, error) {
	token, err := v.directory.accessToken(ctx, v.identity, v.cloud, options.Scopes)
	if err != nil {
		return azcore.AccessToken{}, err
	}
	v.directory.cfg.Mask(token)
	return azcore.AccessToken{Token: token, ExpiresOn: v.directory.cfg.Now().Add(claimsOf(token).lifetime())}, nil
}
