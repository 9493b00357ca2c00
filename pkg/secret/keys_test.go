package secret_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/secret"
)

// Private keys are found in all forms in which programs keep them, and public keys and those of smartcards are none.
func TestFileForms(t *testing.T) {
	t.Parallel()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.TrimSpace(string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
	locked := "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n" + strings.Repeat("MIIEowIBAAKCAQEAx0Zq8Yv3kT5mPqWnR2sLbVhJc7dXeGf9uAoK1iNtQyBw6zMl\n", 3) + "-----END RSA PRIVATE KEY-----"
	d := base64.RawURLEncoding.EncodeToString(der[len(der)-70:])[:43]
	public := `"kty":"EC","crv":"P-256","x":"` + d + `","y":"` + d + `"`
	blanks := strings.NewReplacer("\n", " ")

	// Packets of OpenPGP: the head, the public part and how the secret one is kept.
	number := "\x01\x00\x80" + strings.Repeat("k", 31)
	packet := func(algorithm byte, parts ...string) string {
		body := "\x04\x60\x00\x00\x00" + string(algorithm) + strings.Join(parts, "")
		return "\x95" + string(binary.BigEndian.AppendUint16(nil, uint16(len(body)))) + body + "\xb4\x01a"
	}
	curve, kdf := "\x08\x2a\x86\x48\xce\x3d\x03\x01\x07", "\x03\x01\x08\x07"
	for _, tt := range []struct {
		name, path, content string
		want                secret.Class // empty for none
	}{
		{"blanks for the ends of lines", "/app/x", blanks.Replace(text), secret.Key},
		{"in a variable of a file", "/app/x", "A=1\nJWT='" + blanks.Replace(text) + "'\nB=2\n", secret.Key},
		{"with a passphrase, and blanks", "/app/x", blanks.Replace(locked), secret.ProtectedKey},
		{"a text that people write", "/app/x", "-----BEGIN ENCRYPTED PRIVATE KEY----- " + strings.Repeat("stands before a key and behind it stands ", 9) + "-----END ENCRYPTED PRIVATE KEY-----", ""},

		{"a JSON Web Key", "/app/x", `{` + public + `,"d":"` + d + `"}`, secret.Key},
		{"its type behind it", "/app/x", `{"keys":[{"d": "` + d + `", ` + public + `}]}`, secret.Key},
		{"within a string", "/app/x", strings.ReplaceAll(`{`+public+`,"d":"`+d+`"}`, `"`, `\"`), secret.Key},
		{"a public one", "/app/x", `{` + public + `}`, ""},
		{"a public one beside another field", "/app/x", `{"d":"` + d + `","jwk":{` + public + `}}`, ""},
		{"one of a standard", "/app/x", `{` + public + `,"d":"870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE"}`, ""},
		{"another type", "/app/x", `{"kty":"x","d":"` + d + `"}`, ""},
		{"what stands for a key", "/app/x", `{"kty":"EC","d":"` + strings.Repeat("ab", 22) + `"}`, ""},

		{"GnuPG", "/root/.gnupg/private-keys-v1.d/A.key", "(11:private-key(3:ecc(5:curve10:NIST P-256)(1:q65:x)(1:d32:x)))", secret.Key},
		{"GnuPG, in its newer form", "/root/.gnupg/private-keys-v1.d/A.key", "Created: 20240101T000000\nKey: (private-key (ecc (curve \"NIST P-256\")\n", secret.Key},
		{"GnuPG with a passphrase", "/root/.gnupg/private-keys-v1.d/A.key", "(21:protected-private-key(3:ecc(5:curve10:NIST P-256)", secret.ProtectedKey},
		{"GnuPG with a passphrase, in its newer form", "/root/.gnupg/private-keys-v1.d/A.key", "Created: x\nKey: (protected-private-key (ecc\n", secret.ProtectedKey},
		{"GnuPG with a smartcard", "/root/.gnupg/private-keys-v1.d/A.key", "(20:shadowed-private-key(3:rsa(1:n2:xx)", ""},
		{"GnuPG with a smartcard, in its newer form", "/root/.gnupg/private-keys-v1.d/A.key", "Key: (shadowed-private-key (rsa\n", ""},

		{"OpenPGP with RSA", "/app/a.gpg", packet(1, number, number, "\x00", number), secret.Key},
		{"OpenPGP with ECDH", "/app/a.gpg", packet(18, curve, number, kdf, "\x00", number), secret.Key},
		{"OpenPGP with Ed25519", "/app/a.gpg", packet(27, strings.Repeat("k", 32), "\x00", number), secret.Key},
		{"OpenPGP with a passphrase", "/app/a.gpg", packet(1, number, number, "\xfe\x07\x03\x08", number), secret.ProtectedKey},
		{"OpenPGP without the key", "/app/a.gpg", packet(1, number, number, "\xff\x00\x65\x00GNU\x01"), ""},
		{"OpenPGP with a number of another length", "/app/a.gpg", packet(1, number, "\x01\x00\x10"+number[3:], "\x00", number), ""},
		{"OpenPGP that is cut off", "/app/a.gpg", packet(1, number, number, "\x00", number)[:90], ""},
		{"an OpenPGP public key", "/app/a.gpg", "\x99" + packet(1, number, number)[1:], ""},
	} {
		found := search(t, tt.path, tt.content)
		if tt.want == "" && len(found) > 0 || tt.want != "" && (len(found) != 1 || found[0].Class != tt.want) {
			t.Errorf("%s: File() = %+v, want the class %q", tt.name, found, tt.want)
		}
	}
	if got, ok := secret.Variable("X", blanks.Replace(text)); !ok || got.Type != "a private key" {
		t.Errorf("Variable(a key in one line) = %+v, %v, want a private key", got, ok)
	}
}
