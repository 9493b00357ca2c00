package registry_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/registrytest"
)

// large opens an image with a layer that is too large to be read back whole.
func large(t *testing.T) *image.Image {
	t.Helper()
	return openEntry(t, imagetest.Entry{Images: []imagetest.Image{{Platform: "linux/amd64", Layers: []imagetest.Layer{
		{Files: []imagetest.File{{Name: "large", Body: strings.Repeat("x", registry.SmallBlob)}}},
		{Files: []imagetest.File{{Name: "small", Body: "x"}}},
	}}}})
}

// What a registry has changed, cut or forgotten is noticed, whatever it answered when it was sent.
func TestReadBack(t *testing.T) {
	t.Parallel()
	img := large(t)
	layers := img.Platforms[0].Layers
	root := img.Root.Digest.String()
	// asked tells whether a request is for what is read back of a digest or tag, after it was written.
	type question struct{ method, path string }
	spoilt := func(of question, do func(http.ResponseWriter)) func(*atomic.Bool) func(http.ResponseWriter, *http.Request) bool {
		return func(written *atomic.Bool) func(http.ResponseWriter, *http.Request) bool {
			return func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method == http.MethodPut && (strings.HasSuffix(r.URL.Path, of.path) || strings.HasSuffix(r.URL.Query().Get("digest"), strings.TrimPrefix(of.path, "/blobs/"))) {
					written.Store(true)
					return false
				}
				if !written.Load() || r.Method != of.method || !strings.HasSuffix(r.URL.Path, of.path) {
					return false
				}
				do(w)
				return true
			}
		}
	}
	send := func(body string) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) { io.WriteString(w, body) }
	}
	endless := func(w http.ResponseWriter) { // as far as it is read
		for range 100 {
			io.WriteString(w, strings.Repeat("y", 1<<10))
			w.(http.Flusher).Flush()
		}
	}
	size := func(n int64) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) { w.Header().Set("Content-Length", fmt.Sprint(n)) }
	}
	gone := func(w http.ResponseWriter) { w.WriteHeader(http.StatusNotFound) }
	largeBlob, smallBlob := "/blobs/"+layers[0].Digest.String(), "/blobs/"+layers[1].Digest.String()
	tests := []struct {
		name   string
		answer func(*atomic.Bool) func(http.ResponseWriter, *http.Request) bool
		want   string
		tagged bool // a tag may have been written by then
	}{
		{name: "a small blob of other bytes", answer: spoilt(question{http.MethodGet, smallBlob}, send(strings.Repeat("y", int(layers[1].Size)))), want: "reading back the blob " + layers[1].Digest.String()},
		{name: "a small blob that is cut", answer: spoilt(question{http.MethodGet, smallBlob}, send("x")), want: "reading back the blob " + layers[1].Digest.String()},
		{name: "a small blob that goes on", answer: spoilt(question{http.MethodGet, smallBlob}, endless), want: "the registry has more than its"},
		{name: "a small blob that is gone", answer: spoilt(question{http.MethodGet, smallBlob}, gone), want: "404"},
		{name: "a large blob that is cut", answer: spoilt(question{http.MethodHead, largeBlob}, size(layers[0].Size-1)), want: fmt.Sprintf("the registry has %d bytes of %d", layers[0].Size-1, layers[0].Size)},
		{name: "a large blob that is gone", answer: spoilt(question{http.MethodHead, largeBlob}, gone), want: "404"},
		{name: "a manifest of other bytes", answer: spoilt(question{http.MethodGet, "/manifests/" + root}, send(string(img.Root.Raw)+" ")), want: "does not match requested digest"},
		{name: "a manifest that is gone", answer: spoilt(question{http.MethodGet, "/manifests/" + root}, gone), want: "reading back"},
		{name: "a tag with other bytes", answer: spoilt(question{http.MethodGet, "/manifests/1"}, send(string(img.Root.Raw)+" ")), want: "the registry has the digest sha256:", tagged: true},
		{name: "a tag that is gone", answer: spoilt(question{http.MethodGet, "/manifests/1"}, gone), want: "reading back", tagged: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := start(t, registrytest.Config{Answer: tt.answer(new(atomic.Bool))})
			err := pushAll(t, server, registry.Config{}, clear(t, img.Digests()...), img)
			if err == nil || !strings.Contains(err.Error(), tt.want) || fault.IsRequest(err) {
				t.Errorf("Push() = %v, want %q", err, tt.want)
			}
			if missing := strings.HasSuffix(tt.name, "is gone"); missing != strings.Contains(strings.Join(fault.Hints(err), "\n"), "push again in a while") {
				t.Errorf("Hints(%v) = %q", err, fault.Hints(err))
			}
			if wrote := slices.ContainsFunc(server.Writes(), func(w string) bool { return strings.HasSuffix(w, "/manifests/1") }); wrote != tt.tagged {
				t.Errorf("a tag was written: %t, want %t", wrote, tt.tagged)
			}
			if slices.ContainsFunc(server.Writes(), func(w string) bool { return strings.HasSuffix(w, "/manifests/2") }) {
				t.Error("the push went on with the next tag")
			}
		})
	}
}

// Each manifest of an index is read back, and not the first alone.
func TestReadBackOfIndex(t *testing.T) {
	t.Parallel()
	layers := []imagetest.Layer{{Files: []imagetest.File{{Name: "small", Body: "x"}}}}
	img := openEntry(t, imagetest.Entry{Images: []imagetest.Image{{Platform: "linux/amd64", Layers: layers}, {Platform: "linux/arm64", Layers: layers}}})
	for _, digest := range []string{img.Platforms[0].Manifest.Digest.String(), img.Platforms[1].Manifest.Digest.String(), img.Root.Digest.String()} {
		var written atomic.Bool
		server := start(t, registrytest.Config{Answer: func(w http.ResponseWriter, r *http.Request) bool {
			is := strings.HasSuffix(r.URL.Path, "/manifests/"+digest)
			if is && r.Method == http.MethodPut {
				written.Store(true)
			}
			if gone := is && r.Method == http.MethodGet && written.Load(); !gone {
				return false
			}
			w.WriteHeader(http.StatusNotFound)
			return true
		}})
		err := pushAll(t, server, registry.Config{}, clear(t, img.Digests()...), img)
		if err == nil || !strings.Contains(err.Error(), "reading back") || !strings.Contains(err.Error(), digest) {
			t.Errorf("Push() without %s = %v, want that it is not there", digest, err)
		}
	}
}

// A blob up to the bound is read back whole, and a larger one is not.
func TestReadBackBound(t *testing.T) {
	t.Parallel()
	img := large(t)
	server, err := push(t, registrytest.Config{}, clear(t, img.Digests()...), img)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []bool{false, true} {
		read := "GET /v2/app/blobs/" + img.Platforms[0].Layers[i].Digest.String()
		if got := slices.Contains(server.Requests(), read); got != want {
			t.Errorf("layer %d is read back whole: %t, want %t", i, got, want)
		}
	}
}
