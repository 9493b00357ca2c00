package image_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/registrytest"
	"github.com/layergate/layergate/pkg/spool"
)

func startRegistry(t *testing.T, cfg registrytest.Config) *registrytest.Server {
	t.Helper()
	server := must(registrytest.Start(cfg))(t)
	t.Cleanup(func() { server.Close() })
	return server
}

func store(t *testing.T, server *registrytest.Server, repository, tag string, layout imagetest.Files) {
	t.Helper()
	if err := server.Store(repository, tag, layout); err != nil {
		t.Fatal(err)
	}
}

// pull opens an image of a registry, and makes sure that nothing is left of it when it is closed or does not open.
func pull(t *testing.T, ctx context.Context, source string, change func(*image.Options)) (*image.Image, error) {
	t.Helper()
	dir := t.TempDir()
	sp := spool.New(spool.Config{Dir: t.TempDir(), Memory: 1 << 20})
	client := must(registry.New(registry.Config{}))(t)
	opt := image.Options{
		Spool: sp, TempDir: dir,
		Registry: func(ref string) (image.Repository, error) { return client.Image(ref) },
	}
	if change != nil {
		change(&opt)
	}
	img, err := image.Open(ctx, source, opt)
	empty := func() {
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("%v is left behind", left)
		}
	}
	if err != nil {
		empty()
		return nil, err
	}
	t.Cleanup(func() {
		if err := errors.Join(img.Close(), sp.Close()); err != nil {
			t.Error(err)
		}
		empty()
	})
	return img, nil
}

// layoutOf is an index of two platforms with an attestation, or a single image.
func layoutOf(t *testing.T, platforms ...string) imagetest.Files {
	t.Helper()
	var entry imagetest.Entry
	for _, p := range platforms {
		entry.Images = append(entry.Images, twoLayers(imagetest.Gzip, p))
	}
	if len(platforms) > 1 {
		entry.Attestation = `{"_type":"https://in-toto.io/Statement/v1"}`
	}
	return must(imagetest.OCI(entry))(t)
}

// What a registry keeps is opened with the registry's digests and bytes, whatever names it, and each part is read once.
func TestOpenRegistry(t *testing.T) {
	t.Parallel()
	for _, platforms := range [][]string{{"linux/amd64"}, {"linux/amd64", "linux/arm64"}} {
		t.Run(strings.Join(platforms, " and "), func(t *testing.T) {
			t.Parallel()
			server := startRegistry(t, registrytest.Config{})
			layout := layoutOf(t, platforms...)
			store(t, server, "team/app", "1.2", layout)
			local := filepath.Join(t.TempDir(), "layout")
			if err := layout.WriteDir(local); err != nil {
				t.Fatal(err)
			}
			want := must(open(t, local, ""))(t)
			digest := want.Root.Digest.String()
			for _, ref := range []string{server.Host + "/team/app:1.2", server.Host + "/team/app@" + digest} {
				before := len(server.Requests())
				img, err := pull(t, context.Background(), "registry:"+ref, nil)
				if err != nil {
					t.Fatal(err)
				}
				if img.Name != ref || img.Source != "registry:"+ref || !slices.Equal(img.Digests(), want.Digests()) {
					t.Errorf("Open() = %q, %q with %q, want %q with %q", img.Name, img.Source, img.Digests(), ref, want.Digests())
				}
				compare(t, must(img.Content())(t), must(want.Content())(t))
				requests := slices.DeleteFunc(server.Requests()[before:], func(r string) bool { return r == "GET /v2/" })
				slices.Sort(requests)
				if once := slices.Compact(slices.Clone(requests)); len(once) != len(requests) {
					t.Errorf("something was asked for twice: %q", requests)
				}
				if i := slices.IndexFunc(requests, func(r string) bool { return !strings.HasPrefix(r, "GET ") }); i >= 0 {
					t.Errorf("the registry was written to: %s", requests[i])
				}
			}
		})
	}
}

func compare(t *testing.T, got, want image.Content) {
	t.Helper()
	if len(got.Manifests) != len(want.Manifests) || len(got.Blobs) != len(want.Blobs) {
		t.Fatalf("there are %d manifests and %d blobs, want %d and %d", len(got.Manifests), len(got.Blobs), len(want.Manifests), len(want.Blobs))
	}
	for i, m := range want.Manifests {
		if g := got.Manifests[i]; g.Digest != m.Digest || g.MediaType != m.MediaType || string(g.Raw) != string(m.Raw) {
			t.Errorf("manifest %d is %s %s, want %s %s", i, g.MediaType, g.Digest, m.MediaType, m.Digest)
		}
	}
	for i, b := range want.Blobs {
		if g := got.Blobs[i]; g.Digest != b.Digest || string(must(io.ReadAll(g.Open()))(t)) != string(must(io.ReadAll(b.Open()))(t)) {
			t.Errorf("blob %d is %s, want %s", i, g.Digest, b.Digest)
		}
	}
}

// Docker's own media types are kept as they are.
func TestOpenRegistryDockerTypes(t *testing.T) {
	t.Parallel()
	layout := layoutOf(t, "linux/amd64")
	i := slices.IndexFunc(layout, func(f imagetest.File) bool {
		return strings.HasPrefix(f.Name, "blobs/") && strings.Contains(f.Body, `"config":{"mediaType"`)
	})
	docker := strings.NewReplacer(
		string(types.OCIManifestSchema1), string(types.DockerManifestSchema2),
		string(types.OCIConfigJSON), string(types.DockerConfigJSON), string(types.OCILayer), string(types.DockerLayer),
	).Replace(layout[i].Body)
	replaceBlob(layout, i, docker)
	server := startRegistry(t, registrytest.Config{})
	store(t, server, "app", "1", layout)
	img, err := pull(t, context.Background(), "registry:"+server.Host+"/app:1", nil)
	if err != nil {
		t.Fatal(err)
	}
	if img.Root.MediaType != types.DockerManifestSchema2 || string(img.Root.Raw) != docker {
		t.Errorf("the manifest is %s %s", img.Root.MediaType, img.Root.Raw)
	}
}

func isLayer(r *http.Request) bool {
	return strings.Contains(r.URL.Path, "/blobs/") && r.Method == http.MethodGet
}

// What is not the image that the digest promises does not open, and says why and what to do.
func TestOpenRegistryRefuses(t *testing.T) {
	t.Parallel()
	layout := layoutOf(t, "linux/amd64")
	var blob imagetest.File // the upper layer
	for _, f := range layout {
		if strings.HasPrefix(f.Body, "\x1f\x8b") {
			blob = f
		}
	}
	answerBlob := func(answer func(w http.ResponseWriter)) registrytest.Config {
		return registrytest.Config{Answer: func(w http.ResponseWriter, r *http.Request) bool {
			if !isLayer(r) || !strings.HasSuffix(r.URL.Path, blob.Name[len("blobs/sha256/"):]) {
				return false
			}
			answer(w)
			return true
		}}
	}
	answerManifest := func(mt string, body string) registrytest.Config {
		return registrytest.Config{Answer: func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.Contains(r.URL.Path, "/manifests/") {
				return false
			}
			w.Header().Set("Content-Type", mt)
			io.WriteString(w, body)
			return true
		}}
	}
	tests := []struct {
		name     string
		cfg      registrytest.Config
		ref      string // app:1 where empty
		wantErr  string
		wantHint string
		request  bool
	}{
		{
			name: "cut short", cfg: answerBlob(func(w http.ResponseWriter) {
				w.Header().Set("Content-Length", strconv.Itoa(len(blob.Body)))
				io.WriteString(w, blob.Body[:20])
			}),
			wantErr: "the transfer broke off after 20 of", wantHint: "push the image to it again",
		},
		{
			name: "shorter and consistent", cfg: answerBlob(func(w http.ResponseWriter) { io.WriteString(w, blob.Body[:20]) }),
			wantErr: "the transfer broke off after 20 of", wantHint: "push the image to it again",
		},
		{
			name: "other bytes", cfg: answerBlob(func(w http.ResponseWriter) { io.WriteString(w, strings.Repeat("x", len(blob.Body))) }),
			wantErr: "the registry sends other content, with the digest sha256:", wantHint: "the registry's copy is damaged",
		},
		{
			name: "more bytes", cfg: answerBlob(func(w http.ResponseWriter) {
				w.(http.Flusher).Flush() // no Content-Length
				for range 1000 {
					io.WriteString(w, strings.Repeat("x", 1000))
				}
			}),
			wantErr: "the registry sends more than the", wantHint: "the registry's copy is damaged",
		},
		{
			name: "blob gone", cfg: answerBlob(func(w http.ResponseWriter) { w.WriteHeader(http.StatusNotFound) }),
			wantErr: "does not have it (404 Not Found)", wantHint: "incomplete",
		},
		{name: "no such tag", ref: "app:2", wantErr: "has no image app:2", wantHint: "check the name", request: true},
		{name: "no such repository", ref: "other@sha256:" + strings.Repeat("ab", 32), wantErr: "has no image other@sha256:abab", wantHint: "check the name", request: true},
		{
			name: "locked", cfg: registrytest.Config{Username: "user", Password: "secret"},
			wantErr: "without credentials nobody may read app (401 Unauthorized)", wantHint: "docker login",
		},
		{
			name: "forbidden", cfg: registrytest.Config{Fail: func(r *http.Request) bool { return strings.Contains(r.URL.Path, "/manifests/") }},
			wantErr: "without credentials nobody may read app (403 Forbidden)", wantHint: "docker login",
		},
		{
			name: "schema 1", cfg: answerManifest(string(types.DockerManifestSchema1Signed), `{"schemaVersion":1,"fsLayers":[]}`),
			wantErr: "old format, schema 1", wantHint: "current version of Docker",
		},
		{
			name: "a chart", cfg: answerManifest(string(types.OCIManifestSchema1), `{"schemaVersion":2,"config":{"mediaType":"application/vnd.cncf.helm.config.v1+json"}}`),
			wantErr: `it has the media type "application/vnd.cncf.helm.config.v1+json"`, wantHint: "Helm charts",
		},
		{name: "a page", cfg: answerManifest("text/html; charset=utf-8", "<html>"), wantErr: "sends a web page in place of the manifest of app:1", wantHint: "login page"},
		{name: "a page by another type", cfg: answerManifest("text/plain", "\n<!DOCTYPE html>"), wantErr: "sends a web page in place of the manifest of app:1", wantHint: "login page"},
		{name: "nothing", cfg: answerManifest(string(types.OCIManifestSchema1), ""), wantErr: "sends an empty answer in place of the manifest of app:1", wantHint: "login page"},
		{
			name: "a lying digest", ref: "app@sha256:" + strings.Repeat("ab", 32),
			cfg: answerManifest(string(types.OCIManifestSchema1), "{}"), wantErr: "does not match requested digest", wantHint: "push it there again",
		},
		{
			name: "a huge blob", cfg: answerManifest(string(types.OCIManifestSchema1),
				`{"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json","size":9000000000000000000,"digest":"sha256:`+strings.Repeat("ab", 32)+`"}}`),
			wantErr: "writing 7.8 EiB to ", wantHint: "temp-dir",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := startRegistry(t, tt.cfg)
			store(t, server, "app", "1", layout)
			ref := "app:1"
			if tt.ref != "" {
				ref = tt.ref
			}
			_, err := pull(t, context.Background(), "registry:"+server.Host+"/"+ref, nil)
			if err == nil {
				t.Fatal("Open() gives no error")
			}
			checkError(t, err, tt.wantErr, tt.request)
			if hints := fault.Hints(err); len(hints) == 0 || !strings.Contains(hints[0], tt.wantHint) {
				t.Errorf("Hints() = %q, want one with %q", hints, tt.wantHint)
			}
		})
	}
}

// A foreign layer that a registry does not have is told apart from one that was lost.
func TestOpenRegistryForeignLayer(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		mediaType types.MediaType
		foreign   bool
	}{{types.DockerForeignLayer, true}, {types.OCIRestrictedLayer, true}, {types.DockerLayer, false}} {
		l := &layout{}
		root := l.image(func(_ *v1.ConfigFile, m *v1.Manifest) {
			m.Layers[0].MediaType, m.Layers[0].URLs = tt.mediaType, []string{"https://layers.example/base"}
		})
		layer, config, manifest := l.files[0], l.files[1], l.files[2]
		server := startRegistry(t, registrytest.Config{Answer: func(w http.ResponseWriter, r *http.Request) bool {
			missing := r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, imagetest.Digest([]byte(layer.Body)).String())
			if missing {
				w.WriteHeader(http.StatusNotFound)
			}
			return missing
		}})
		for _, f := range []imagetest.File{layer, config} {
			if err := server.StoreBlob("app", []byte(f.Body)); err != nil {
				t.Fatal(err)
			}
		}
		if err := server.StoreManifest("app", "1", root.MediaType, []byte(manifest.Body)); err != nil {
			t.Fatal(err)
		}
		_, err := pull(t, context.Background(), "registry:"+server.Host+"/app:1", nil)
		checkError(t, err, "does not have it (404 Not Found)", false)
		if hints := strings.Join(fault.Hints(err), "\n"); strings.Contains(hints, "it is a foreign layer") != tt.foreign {
			t.Errorf("the hint for a layer of type %s is %q, want that it is a foreign one: %t", tt.mediaType, hints, tt.foreign)
		}
	}
}

// A connection that is lost once does not end the run.
func TestOpenRegistryTriesAgain(t *testing.T) {
	t.Parallel()
	var once sync.Once
	server := startRegistry(t, registrytest.Config{Answer: func(w http.ResponseWriter, r *http.Request) (cut bool) {
		if isLayer(r) {
			once.Do(func() {
				cut = true
				w.Header().Set("Content-Length", "1000000")
				io.WriteString(w, "begun")
			})
		}
		return cut
	}})
	store(t, server, "app", "1", layoutOf(t, "linux/amd64"))
	if _, err := pull(t, context.Background(), "registry:"+server.Host+"/app:1", nil); err != nil {
		t.Error(err)
	}
}

func TestOpenRegistryDown(t *testing.T) {
	t.Parallel()
	server := startRegistry(t, registrytest.Config{})
	server.Close()
	_, err := pull(t, context.Background(), "registry:"+server.Host+"/app:1", nil)
	checkError(t, err, "connection refused", false)
	if hints := fault.Hints(err); len(hints) == 0 || !strings.Contains(hints[0], "reaches it") {
		t.Errorf("Hints() = %q", hints)
	}
}

// A download that cannot fit is not begun.
func TestOpenRegistryFullDisk(t *testing.T) {
	t.Parallel()
	server := startRegistry(t, registrytest.Config{})
	store(t, server, "app", "1", layoutOf(t, "linux/amd64"))
	_, err := pull(t, context.Background(), "registry:"+server.Host+"/app:1", func(o *image.Options) {
		o.Free = func(string) (int64, bool) { return 7, true }
	})
	checkError(t, err, "only 7 B are free", false)
	if slices.ContainsFunc(server.Requests(), func(r string) bool { return strings.Contains(r, "/blobs/") }) {
		t.Errorf("blobs were asked for: %q", server.Requests())
	}
}

// An interrupted download ends at once and leaves nothing behind.
func TestOpenRegistryInterrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	server := startRegistry(t, registrytest.Config{Answer: func(w http.ResponseWriter, r *http.Request) bool {
		if !isLayer(r) {
			return false
		}
		w.Header().Set("Content-Length", "1000000")
		io.WriteString(w, "begun")
		w.(http.Flusher).Flush()
		cancel()
		<-r.Context().Done()
		return true
	}})
	store(t, server, "app", "1", layoutOf(t, "linux/amd64"))
	begun := time.Now()
	_, err := pull(t, ctx, "registry:"+server.Host+"/app:1", nil)
	if !errors.Is(err, context.Canceled) || time.Since(begun) > 20*time.Second {
		t.Errorf("Open() = %v after %s, want context.Canceled soon", err, time.Since(begun))
	}
}
