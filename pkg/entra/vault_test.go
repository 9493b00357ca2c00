package entra_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/sigstore/sigstore/pkg/signature"

	"github.com/layergate/layergate/pkg/entra"
	"github.com/layergate/layergate/pkg/registrytest"
)

const vault = "team.vault.azure.net"

func TestIsVault(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		vault: true, "TEAM.vault.azure.net": true, "team.managedhsm.azure.net": true, "team.vault.usgovcloudapi.net": true, "team.vault.azure.cn": true,
		"vault.azure.net": false, ".vault.azure.net": false, "team.vault.azure.net.evil.example": false, "evil/.vault.azure.net": false, "a@b.vault.azure.net": false, "": false,
	} {
		if got := entra.IsVault(host); got != want {
			t.Errorf("IsVault(%q) = %t, want %t", host, got, want)
		}
	}
}

func TestVaultKey(t *testing.T) {
	t.Parallel()
	p256, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	p384, err384 := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	p521, err521 := ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	large, errRSA := rsa.GenerateKey(rand.Reader, 2048)
	if err := errors.Join(err, err384, err521, errRSA); err != nil {
		t.Fatal(err)
	}
	azure := fakeAzure(t, func(cfg *registrytest.FakeAzureConfig) {
		cfg.Keys = map[string]crypto.Signer{"p256": p256, "p384": p384, "p521": p521, "rsa": large, "forbidden": nil}
	})
	stranger := workload(azure)
	stranger.ClientID = "33333333-3333-3333-3333-333333333333"
	elsewhere := workload(azure)
	elsewhere.Registry = host
	tests := []struct {
		name, key, version string
		hash               crypto.Hash
		pss                *rsa.PSSOptions
		identities         []entra.Identity
		err                string
	}{
		{name: "P-256", key: "p256", hash: crypto.SHA256},
		{name: "a version", key: "p256", version: "v1", hash: crypto.SHA256},
		{name: "P-384", key: "p384", hash: crypto.SHA384},
		{name: "RSA", key: "rsa", hash: crypto.SHA256},
		{name: "RSA by PSS", key: "rsa", hash: crypto.SHA256, pss: &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: crypto.SHA256}},
		{name: "P-521", key: "p521", err: `on the curve "P-521" signs nothing here`},
		{name: "no such key", key: "none", err: "team.vault.azure.net has no key none"},
		{name: "no such version", key: "p256", version: "v2", err: "has no key p256"},
		{name: "not allowed", key: "forbidden", err: "may not read the key forbidden in team.vault.azure.net: 403 Forbidden"},
		{name: "an unknown application", key: "p256", identities: []entra.Identity{stranger}, err: "AADSTS700016"},
		{name: "an identity for a registry alone", key: "p256", identities: []entra.Identity{elsewhere}, err: entra.ErrNone.Error()},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.identities == nil {
				tt.identities = []entra.Identity{workload(azure)}
			}
			masked := 0
			d := entra.New(entra.Config{Identities: tt.identities, Transport: azure.Transport(), Mask: func(string) { masked++ }})
			key, err := d.VaultKey(t.Context(), vault, tt.key, tt.version)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("VaultKey() = %v, want an error with %q", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			message := []byte("a message")
			options, load := crypto.SignerOpts(tt.hash), signature.LoadVerifier
			if tt.pss != nil {
				options = tt.pss
				load = func(public crypto.PublicKey, hash crypto.Hash) (signature.Verifier, error) {
					return signature.LoadRSAPSSVerifier(public.(*rsa.PublicKey), hash, tt.pss)
				}
			}
			sig, err := key.Sign(t.Context(), message, options)
			if err != nil {
				t.Fatal(err)
			}
			verifier, err := load(key.Public(), tt.hash)
			if err != nil {
				t.Fatal(err)
			}
			if err := verifier.VerifySignature(bytes.NewReader(sig), bytes.NewReader(message)); err != nil || masked == 0 {
				t.Errorf("the signature does not verify: %v; %d tokens were masked", err, masked)
			}
		})
	}
	if asked := azure.Requests(); slices.ContainsFunc(asked, func(r string) bool { return strings.Contains(r, "/sign") && !strings.Contains(r, "/v1/sign") }) {
		t.Errorf("a key was used without the version that was shown: %q", asked)
	}
}
