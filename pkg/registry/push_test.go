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
	files, err := imagetest.OCI(imagetest.Entry{Images: []imagetest.Image{
		{Platform: "linux/amd64", Layers: []imagetest.Layer{layer("shared"), layer("a")}},
		{Platform: "linux/arm64", Layers: []imagetest.Layer{layer("shared"), layer("b")}},
	}})
	if err != nil {
		t.Fatal(err)
	}
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

func push(t *testing.T, cfg registrytest.Config, client registry.Config, clearance *policy.Clearance, img *image.Image) (*registrytest.Server, error) {
	t.Helper()
	server, err := registrytest.Start(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	content, err := img.Content()
	if err != nil {
		t.Fatal(err)
	}
	refs, err := registry.ParseReferences([]string{server.Host + "/app:1", server.Host + "/app:2"})
	if err != nil {
		t.Fatal(err)
	}
	c, err := registry.New(client)
	if err != nil {
		t.Fatal(err)
	}
	return server, c.Push(context.Background(), clearance, content, refs)
}

// Blobs go first, then the manifests by digest, children before the index, and the tags last.
func TestPushOrder(t *testing.T) {
	t.Parallel()
	img := open(t)
	server, err := push(t, registrytest.Config{}, registry.Config{}, clear(t, img.Digests()...), img)
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
			server, err := push(t, registrytest.Config{}, registry.Config{}, clearance, img)
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
	server, err := push(t, registrytest.Config{}, registry.Config{}, clearance, img)
	if !errors.Is(err, registry.ErrNotCleared) || len(server.Requests()) > 0 {
		t.Errorf("Push() = %v after %q, want ErrNotCleared and no request", err, server.Requests())
	}
}

func TestPushCredentials(t *testing.T) {
	t.Parallel()
	img := open(t)
	demand := registrytest.Config{Username: "user", Password: "secret"}
	tests := []struct {
		name    string
		client  registry.Config
		wantErr bool
	}{
		{name: "right", client: registry.Config{Username: "user", Password: "secret"}},
		{name: "wrong", client: registry.Config{Username: "user", Password: "hidden-word"}, wantErr: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server, err := push(t, demand, tt.client, clear(t, img.Digests()...), img)
			if (err != nil) != tt.wantErr {
				t.Fatalf("Push() = %v", err)
			}
			if err == nil {
				return
			}
			if strings.Contains(err.Error(), "hidden-word") {
				t.Errorf("the error shows the password: %v", err)
			}
			if hints := fault.Hints(err); len(hints) == 0 || !strings.Contains(hints[0], "registry-username") {
				t.Errorf("Hints() = %q", hints)
			}
			if slices.ContainsFunc(server.Writes(), func(w string) bool { return strings.HasPrefix(w, http.MethodPut) }) {
				t.Errorf("the registry saw %q", server.Writes())
			}
		})
	}
}

func TestNewWantsBothCredentials(t *testing.T) {
	t.Parallel()
	for _, cfg := range []registry.Config{{Username: "user"}, {Password: "secret"}} {
		if _, err := registry.New(cfg); !fault.IsRequest(err) {
			t.Errorf("New(%+v) = %v, want a wrong request", cfg, err)
		}
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
	server, err := push(t, registrytest.Config{}, registry.Config{}, clear(t, img.Digests()...), img)
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
	if err := c.Push(context.Background(), clear(t, "sha256:a"), image.Content{}, nil); err == nil {
		t.Error("Push() of nothing gives no error")
	}
}
