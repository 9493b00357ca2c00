package registry_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/registrytest"
	"github.com/layergate/layergate/pkg/spool"
)

func open(t *testing.T) *image.Image {
	t.Helper()
	layer := func(name string) imagetest.Layer {
		return imagetest.Layer{Compression: imagetest.Gzip, Files: []imagetest.File{{Name: name, Body: name}}}
	}
	return openEntry(t, imagetest.Entry{Images: []imagetest.Image{
		{Platform: "linux/amd64", Layers: []imagetest.Layer{layer("shared"), layer("a")}},
		{Platform: "linux/arm64", Layers: []imagetest.Layer{layer("shared"), layer("b")}},
	}})
}

func openEntry(t *testing.T, entry imagetest.Entry) *image.Image {
	t.Helper()
	files, err := imagetest.OCI(entry)
	if err != nil {
		t.Fatal(err)
	}
	return openFiles(t, files)
}

func openFiles(t *testing.T, files imagetest.Files) *image.Image {
	t.Helper()
	path := filepath.Join(t.TempDir(), "image.tar")
	if err := files.WriteArchive(path, imagetest.None); err != nil {
		t.Fatal(err)
	}
	sp := spool.New(spool.Config{Dir: t.TempDir()})
	t.Cleanup(func() { sp.Close() })
	img, err := image.Open(context.Background(), path, image.Options{Spool: sp})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { img.Close() })
	return img
}

func clear(t *testing.T, digests ...string) *policy.Clearance {
	t.Helper()
	_, c := policy.Judge(policy.Policy{}, policy.Input{Subject: policy.Subject{Digests: digests}})
	return c
}

func start(t *testing.T, cfg registrytest.Config) *registrytest.Server {
	t.Helper()
	server, err := registrytest.Start(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	return server
}

// push pushes an image to a registry of its own, under two tags.
func push(t *testing.T, cfg registrytest.Config, clearance *policy.Clearance, img *image.Image) (*registrytest.Server, error) {
	t.Helper()
	server := start(t, cfg)
	return server, pushAll(t, server, registry.Config{}, clearance, img)
}

func pushAll(t *testing.T, server *registrytest.Server, client registry.Config, clearance *policy.Clearance, img *image.Image) error {
	t.Helper()
	content, err := img.Content()
	if err != nil {
		t.Fatal(err)
	}
	refs, err := registry.ParseReferences([]string{server.Host + "/app:1", server.Host + "/app:2"})
	if err != nil {
		t.Fatal(err)
	}
	if client.Wait == nil {
		client.Wait = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	}
	c, err := registry.New(client)
	if err != nil {
		t.Fatal(err)
	}
	return c.Push(context.Background(), clearance, registry.Promotion{Content: content, References: refs})
}

// Blobs go first, then the manifests by digest, children before the index, and the tags last.
func TestPushOrder(t *testing.T) {
	t.Parallel()
	img := open(t)
	server, err := push(t, registrytest.Config{}, clear(t, img.Digests()...), img)
	if err != nil {
		t.Fatal(err)
	}
	var steps []string
	for _, w := range server.Writes() {
		step := "blob"
		if i := strings.Index(w, "/manifests/"); i >= 0 {
			step = w[i+len("/manifests/"):]
			if step == img.Root.Digest.String() {
				step = "index"
			} else if strings.HasPrefix(step, "sha256:") {
				step = "manifest"
			}
		}
		if len(steps) == 0 || steps[len(steps)-1] != step {
			steps = append(steps, step)
		}
	}
	if want := []string{"blob", "manifest", "index", "1", "2"}; !slices.Equal(steps, want) {
		t.Errorf("the order is %q, want %q", steps, want)
	}
}

func TestPushNeedsClearance(t *testing.T) {
	t.Parallel()
	img := open(t)
	tests := map[string]*policy.Clearance{
		"none":                  nil,
		"the zero value":        new(policy.Clearance),
		"of another image":      clear(t, "sha256:"+strings.Repeat("ab", 32)),
		"of one platform only":  clear(t, img.Platforms[0].Manifest.Digest.String()),
		"of the index only":     clear(t, img.Root.Digest.String()),
		"of all but a platform": clear(t, img.Root.Digest.String(), img.Platforms[1].Manifest.Digest.String()),
	}
	for name, clearance := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, err := push(t, registrytest.Config{}, clearance, img)
			if !errors.Is(err, registry.ErrNotCleared) {
				t.Errorf("Push() = %v, want ErrNotCleared", err)
			}
			if r := server.Requests(); len(r) > 0 {
				t.Errorf("the registry saw %q", r)
			}
		})
	}
}

// A manifest that carries a cleared digest but other bytes is not pushed.
func TestPushChecksManifestBytes(t *testing.T) {
	t.Parallel()
	img := open(t)
	clearance := clear(t, img.Digests()...)
	img.Root.Raw = append(slices.Clone(img.Root.Raw), ' ')
	server, err := push(t, registrytest.Config{}, clearance, img)
	if !errors.Is(err, registry.ErrNotCleared) || len(server.Requests()) > 0 {
		t.Errorf("Push() = %v after %q, want ErrNotCleared and no request", err, server.Requests())
	}
}

// A login is asked for by the registry's host, and a refusal names its account and its remedy, and no password.
func TestPushCredentials(t *testing.T) {
	t.Parallel()
	img := open(t)
	as := func(user, password string) registry.Login {
		return func(_ context.Context, repository string) (registry.Credentials, error) {
			if !strings.HasSuffix(repository, "/app") {
				t.Errorf("the login is asked for %q, want the repository with its registry", repository)
			}
			return registry.Credentials{Username: user, Password: password, Account: "the user " + user, Remedy: fault.Hintf("check the secret")}, nil
		}
	}
	tests := []struct {
		name  string
		login registry.Login
		want  string // in the error
		hint  string
	}{
		{name: "right", login: as("user", "secret")},
		{name: "wrong", login: as("user", "hidden-word"), want: "says that the user user may not read app (401 Unauthorized", hint: "check the secret, and check that the account may read app"},
		{name: "none", want: "says that without credentials nobody may read app (401 Unauthorized", hint: "log in with docker login 127.0.0.1"},
		{
			name: "that has none to give",
			login: func(context.Context, string) (registry.Credentials, error) {
				return registry.Credentials{Remedy: fault.Hintf("look for some")}, nil
			},
			want: "without credentials nobody may read app", hint: "look for some, and check that",
		},
		{
			name: "that fails",
			login: func(context.Context, string) (registry.Credentials, error) {
				return registry.Credentials{}, errors.New("the helper is broken")
			},
			want: "the helper is broken", hint: "try again",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := start(t, registrytest.Config{Username: "user", Password: "secret"})
			cfg := registry.Config{Logins: map[string]registry.Login{}}
			if tt.login != nil {
				cfg.Logins[server.Host] = tt.login
			}
			err := pushAll(t, server, cfg, clear(t, img.Digests()...), img)
			if tt.want == "" {
				if err != nil {
					t.Fatalf("Push() = %v", err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "hidden-word") {
				t.Errorf("Push() = %v, want %q and no password", err, tt.want)
			}
			if hints := strings.Join(fault.Hints(err), "; "); !strings.Contains(hints, tt.hint) {
				t.Errorf("Hints() = %q, want %q", hints, tt.hint)
			}
			if writes := server.Writes(); len(writes) > 0 {
				t.Errorf("the registry saw %q", writes)
			}
		})
	}
}

// Credentials go to the registry that they are for, and to no other.
func TestLoginsAreOfOneHost(t *testing.T) {
	t.Parallel()
	img := open(t)
	asked := make(chan string, 1)
	server := start(t, registrytest.Config{Answer: func(w http.ResponseWriter, r *http.Request) bool {
		if sent := r.Header.Get("Authorization"); sent != "" {
			select {
			case asked <- sent:
			default:
			}
		}
		w.Header().Set("WWW-Authenticate", `Basic realm="registry"`)
		w.WriteHeader(http.StatusUnauthorized)
		return true
	}})
	_, port, _ := strings.Cut(server.Host, ":")
	cfg := registry.Config{Logins: map[string]registry.Login{"localhost:" + port: func(context.Context, string) (registry.Credentials, error) {
		return registry.Credentials{Username: "user", Password: "secret", Account: "the user user"}, nil
	}}}
	if err := pushAll(t, server, cfg, clear(t, img.Digests()...), img); err == nil {
		t.Error("Push() succeeded without credentials")
	}
	select {
	case sent := <-asked:
		t.Errorf("%s was sent %q, which is for localhost", server.Host, sent)
	default:
	}
}

func TestHost(t *testing.T) {
	t.Parallel()
	for ref, want := range map[string]string{
		"registry.example/app:1": "registry.example",
		"Registry.EXAMPLE/app":   "registry.example",
		"registry.example:443/app@sha256:" + strings.Repeat("a", 64): "registry.example",
		"registry.example:5000/app:1":                                "registry.example:5000",
		"app":                                                        "index.docker.io",
		"docker.io/team/app":                                         "index.docker.io",
		"Upper/Case":                                                 "",
	} {
		if got := registry.Host(ref); got != want {
			t.Errorf("Host(%q) = %q, want %q", ref, got, want)
		}
	}
	for _, pair := range [][2]string{{"docker.io", "index.docker.io"}, {"Registry.example", "registry.example:443"}} {
		if !registry.SameHost(pair[0], pair[1]) {
			t.Errorf("SameHost(%q, %q) = false", pair[0], pair[1])
		}
	}
	if registry.SameHost("no host", "no host") || registry.SameHost("127.0.0.1:1", "localhost:1") {
		t.Error("SameHost takes different hosts, or none, for the same")
	}
}

func TestParseReferences(t *testing.T) {
	t.Parallel()
	tests := []struct{ in, want string }{
		{in: "registry.example/team/app:1.2", want: "registry.example/team/app:1.2"},
		{in: "registry.example:5000/app", want: "registry.example:5000/app:latest"},
		{in: "app:1", want: "index.docker.io/library/app:1"},
		{in: "registry.example/app@sha256:" + strings.Repeat("a", 64)},
		{in: "registry.example/App:1"},
		{in: "registry.example/app:"},
		{in: ""},
		{in: "https://registry.example/app:1"},
	}
	if _, err := registry.ParseReferences([]string{"registry.example/app:2@sha256:" + strings.Repeat("a", 64)}); err == nil || !strings.HasSuffix(err.Error(), "it has a digest") {
		t.Errorf("ParseReferences() of a tag with a digest = %v, want that it has a digest", err)
	}
	// One of two spellings, or the same twice, is one tag to push.
	refs, err := registry.ParseReferences([]string{"app:1", "registry.example/app:1", "docker.io/library/app:1", "app:1"})
	if err != nil || len(refs) != 2 || refs[0].String() != "index.docker.io/library/app:1" {
		t.Errorf("ParseReferences() of the same twice = %v, %v, want it once", refs, err)
	}
	for _, tt := range tests {
		refs, err := registry.ParseReferences([]string{tt.in})
		if tt.want == "" {
			if !fault.IsRequest(err) || len(fault.Hints(err)) == 0 {
				t.Errorf("ParseReferences(%q) = %v, %v, want a wrong request with a remedy", tt.in, refs, err)
			}
			continue
		}
		if err != nil || refs[0].String() != tt.want {
			t.Errorf("ParseReferences(%q) = %v, %v, want %s", tt.in, refs, err, tt.want)
		}
	}
}

// Bytes that changed after the scan do not arrive whole.
func TestPushChecksBlobBytes(t *testing.T) {
	t.Parallel()
	img := open(t)
	content, err := img.Content()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(strings.TrimPrefix(img.Source, "oci-archive:"))
	if err != nil {
		t.Fatal(err)
	}
	body := make([]byte, content.Blobs[0].Size)
	if _, err := io.ReadFull(content.Blobs[0].Open(), body); err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(raw, body)
	raw[at+9] ^= 1 // in the gzip header
	if err := os.WriteFile(img.Source, raw, 0o644); err != nil {
		t.Fatal(err)
	}
	if img.Unchanged() == nil {
		t.Error("Unchanged() does not notice")
	}
	server, err := push(t, registrytest.Config{}, clear(t, img.Digests()...), img)
	if err == nil || !strings.Contains(err.Error(), "changed since they were scanned") {
		t.Errorf("Push() = %v, want the change", err)
	}
	if slices.ContainsFunc(server.Writes(), func(w string) bool { return strings.Contains(w, "/manifests/") }) {
		t.Errorf("a manifest was written: %q", server.Writes())
	}
}

// An image without a manifest is not pushed, whatever the clearance says.
func TestPushWantsAManifest(t *testing.T) {
	t.Parallel()
	c, err := registry.New(registry.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Push(context.Background(), clear(t, "sha256:a"), registry.Promotion{Content: image.Content{}}); err == nil {
		t.Error("Push() of nothing gives no error")
	}
}
