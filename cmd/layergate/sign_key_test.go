package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"strconv"
	"strings"
	"testing"

	"github.com/sigstore/sigstore/pkg/cryptoutils"

	"github.com/layergate/layergate/pkg/attest"
)

// A key in a variable signs with whatever its lines end.
func TestWithLines(t *testing.T) {
	t.Parallel()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key, err := cryptoutils.MarshalPrivateKeyToPEM(private)
	if err != nil {
		t.Fatal(err)
	}
	for _, end := range []string{"\n", "\r\n", `\n`, `\r\n`} {
		t.Run(strconv.Quote(end), func(t *testing.T) {
			t.Parallel()
			if _, err := attest.ParseSigner([]byte(withLines(strings.ReplaceAll(string(key), "\n", end))), nil); err != nil {
				t.Errorf("a key whose lines end with %q: %v", end, err)
			}
		})
	}
}
