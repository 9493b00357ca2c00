package secret_test

import (
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/secret"
)

func TestAddress(t *testing.T) {
	t.Parallel()
	const value = "Hq7vLp93xZa2Kd"
	tests := []struct {
		address string
		saw     string // empty for none
	}{
		{"https://ci:" + value + "@git.shop.net/x.git", "a password in an address of https: ***"},
		{"https://" + strings.Join([]string{"ghp", "u8jzPde0IgxLd6GncfBAepfJBd0Kh8oOOL8d"}, "_") + "@github.com/shop/x.git", "what gitleaks calls github-pat: "},
		{"ci:" + value + "@registry.shop.net/web:1", "a password before the host: ***"},
		{"ci:" + value + "@shared.shop.net/web:1", "a password before the host: ***"},
		{"ci:" + value + "@registry.shop.net", "a password before the host: ***"},
		{"ci:" + value + "@$REGISTRY/web:1", "a password before the host: ***"},
		{"https://s3.shop.net/y?X-Amz-Expires=60&X-Amz-Signature=" + value, "X-Amz-Signature holds a secret in the query of an address: ***"},
		{"https://shop.blob.core.windows.net/y?sv=2024-11-04&sig=" + value, "sig holds a secret in the query of an address: ***"},
		{"https://repo.shop.net/y?access_token=" + value + "%", "access_token holds a secret in the query of an address: ***"},
		{"https://repo.shop.net/y?access_token=" + value, "access_token holds a secret in the query of an address: ***"},

		{"https://git.shop.net/x.git#main", ""},
		{"https://ci:${TOKEN}@git.shop.net/x.git", ""},
		{"https://user:password@git.shop.net/x.git", ""},
		{"https://s3.shop.net/y?X-Amz-Signature=${SIGNATURE}&v=" + value, ""},
		{"https://repo.shop.net/y?access_token=%24%7BTOKEN%7D", ""},
		{"registry.shop.net:5000/web:1@sha256:" + strings.Repeat("ab", 32), ""},
		{"web:v1.2.3", ""},
		{"web:v1.2.3@sha256:" + strings.Repeat("ab", 32), ""},
		{"web:v1.2.3@sha512:" + strings.Repeat("ab", 64), ""},
		{"web:v1.2.3@${DIGEST}", ""},
		{"ci:${TOKEN}@registry.shop.net/web:1", ""},
		{"user:password@registry.shop.net/web:1", ""},
		{"git@github.com:shop/x.git", ""},
		{"./base.yaml web", ""},
		{"", ""},
	}
	for _, tt := range tests {
		t.Run(tt.address, func(t *testing.T) {
			t.Parallel()
			s, ok := secret.Address(tt.address)
			if ok != (tt.saw != "") || !strings.HasPrefix(s.Saw(), tt.saw) || strings.Contains(s.Saw(), value) {
				t.Errorf("Address(%q) = %q, %t, want %q", tt.address, s.Saw(), ok, tt.saw)
			}
		})
	}
}
