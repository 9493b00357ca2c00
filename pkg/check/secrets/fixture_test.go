package secrets_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/layergate/layergate/pkg/check/secrets"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/observe"
	"github.com/layergate/layergate/pkg/origin"
	"github.com/layergate/layergate/pkg/spool"
)

// fixture is an image that a person reads. Secrets that a scanner would take for real ones are named in ${…} and made when the
// test runs.
type fixture struct {
	Env     []string
	Labels  map[string]string
	Command []string
	OnBuild []string       `yaml:"onbuild"`
	Fields  map[string]any // others of the configuration
	Layers  []layer
}

type layer struct {
	By    string // the entry of the history
	Empty bool   // it makes no layer
	Files map[string]string
}

func read(t *testing.T, name string) imagetest.Image {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var fx fixture
	if err := yaml.UnmarshalWithOptions([]byte(made(t, string(raw))), &fx, yaml.Strict()); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	img := imagetest.Image{Fields: fx.Fields, Config: &v1.Config{Env: fx.Env, Labels: fx.Labels, Cmd: fx.Command, OnBuild: fx.OnBuild}}
	img.Layers = append(img.Layers, imagetest.Layer{CreatedBy: "ADD rootfs.tar / # buildkit", Files: []imagetest.File{{Name: "etc/os-release", Body: "ID=debian\n"}}})
	for _, l := range fx.Layers {
		out := imagetest.Layer{CreatedBy: l.By, Empty: l.Empty}
		for _, path := range slices.Sorted(maps.Keys(l.Files)) {
			out.Files = append(out.Files, imagetest.File{Name: path, Body: l.Files[path]})
		}
		img.Layers = append(img.Layers, out)
	}
	return img
}

// made puts secrets in the place of their names.
func made(t *testing.T, text string) string {
	t.Helper()
	key := privateKey(t)
	indented := func(s string) string { return strings.ReplaceAll(strings.TrimSpace(s), "\n", "\n      ") }
	return strings.NewReplacer(
		"${github-token}", githubToken(0),
		"${private-key}", indented(key),
		"${private-key-in-json}", strings.ReplaceAll(key, "\n", `\n`),
		"${encrypted-key}", indented(encryptedKey(t)),
		"${key-of-ssh2}", "-----BEGIN PRIVATE KEY-----\\r\\nMC4CAQAwBQYDK2VwBCIEIHKj+sVa9WcD/q2DJUJaf43Kptc8xYuUQA4bOFj9vC8T\\r\\n-----END PRIVATE KEY-----",
		"${key-of-go}", "-----BEGIN EC PRIVATE KEY-----\\nMHcCAQEEIHhv8LVzb9gqJzAY0P442+FW0oqbfBrLnfqxyyAujOFSoAoGCCqGSM49\\nAwEHoUQDQgAE5dNQY4FY29i2g3xx7FyH4XiZz0C0AM4uyPUsXCZNb7CsctHDLhLt\\nzABWSfFz76j+oVhq+qKrwIHsLX+7f6YTQg==\\n-----END EC PRIVATE KEY-----",
		"${key-of-mbedtls}", "-----BEGIN EC PRIVATE KEY-----\\nMHcCAQEEIPEqEyB2AnCoPL/9U/YDHvdqXYbIogTywwyp6/UfDw6noAoGCCqGSM49\\nAwEHoUQDQgAEN8xW2XYJHlpyPsdZLf8gbu58+QaRdNCtFLX3aCJZYpJO5QDYIxH/\\n6i/SNF1dFr2KiMJrdw1VzYoqDvoByLTt/w==\\n-----END EC PRIVATE KEY-----",
		"${encrypted-key-of-mbedtls}", "-----BEGIN EC PRIVATE KEY-----\\nProc-Type: 4,ENCRYPTED\\nDEK-Info: DES-EDE3-CBC,307EAB469933D64E\\n\\nIxbrRmKcAzctJqPdTQLA4SWyBYYGYJVkYEna+F7Pa5t5Yg/gKADrFKcm6B72e7DG\\nihExtZI648s0zdYw6qSJ74vrPSuWDe5qm93BqsfVH9svtCzWHW0pm1p0KTBCFfUq\\nUsuWTITwJImcnlAs1gaRZ3sAWm7cOUidL0fo2G0fYUFNcYoCSLffCFTEHBuPnagb\\na77x/sY1Bvii8S9/XhDTb6pTMx06wzrm\\n-----END EC PRIVATE KEY-----",
		"${many-tokens}", indented(manyTokens()),
	).Replace(text)
}

func githubToken(n int) string {
	return "gh" + "p_" + fmt.Sprintf("%06d", n) + "bQ7cR1dS5eT2fU8gV4hW6iX0jY1kZ3"
}

func manyTokens() string {
	var b strings.Builder
	for i := range 150 {
		fmt.Fprintln(&b, githubToken(i))
	}
	return b.String()
}

func privateKey(t *testing.T) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

func encryptedKey(t *testing.T) string {
	t.Helper()
	data := make([]byte, 120)
	if _, err := rand.Read(data); err != nil {
		t.Fatal(err)
	}
	return "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n" + base64.StdEncoding.EncodeToString(data) + "\n-----END RSA PRIVATE KEY-----\n"
}

// subject looks at an image as the gate does.
func subject(t *testing.T, img imagetest.Image) secrets.Subject {
	t.Helper()
	files, err := imagetest.OCI(imagetest.Entry{Name: "app:1", Images: []imagetest.Image{img}})
	if err != nil {
		t.Fatal(err)
	}
	archive := filepath.Join(t.TempDir(), "image.tar")
	if err := files.WriteArchive(archive, imagetest.None); err != nil {
		t.Fatal(err)
	}
	opened, err := image.Open(t.Context(), archive, image.Options{Spool: spool.New(spool.Config{Dir: t.TempDir()}), TempDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { opened.Close() })
	seen, err := observe.InProcess(t.Context(), observe.Request{Platforms: opened.Platforms, Scratch: t.TempDir()}, observe.Host{})
	if err != nil {
		t.Fatal(err)
	}
	return secrets.Subject{Image: opened.Platforms[0], From: origin.Attribute(opened, nil, nil).Platforms[0], Files: seen.Platforms[0].Secrets}
}
