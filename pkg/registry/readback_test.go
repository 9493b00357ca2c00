package registry_test

import (
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/registrytest"
)

// A registry that takes everything and keeps something else is found out: no tag is moved before the blobs and manifests
// were read back, and a tag that leads elsewhere is an error.
func TestPushReadsBack(t *testing.T) {
	t.Parallel()
	const (
		layer    = "/v2/app/blobs/sha256:"
		manifest = "/v2/app/manifests/sha256:"
		tag      = "/v2/app/manifests/1"
	)
	missing := func(w http.ResponseWriter) { w.WriteHeader(http.StatusNotFound) }
	tests := []struct {
		name   string
		method string
		path   string                    // prefix of the requests that are answered wrongly
		answer func(http.ResponseWriter) // the wrong answer
		want   string
		tagged bool // the tag was written before
	}{
		{
			name: "a shorter blob", method: http.MethodHead, path: layer, want: "the registry has 7 bytes of",
			answer: func(w http.ResponseWriter) { w.Header().Set("Content-Length", "7") },
		},
		{name: "no blob", method: http.MethodHead, path: layer, answer: missing, want: "reading back the blob sha256:"},
		{name: "no manifest", method: http.MethodGet, path: manifest, answer: missing, want: "reading back "},
		{name: "another manifest", method: http.MethodGet, path: manifest, answer: otherManifest, want: "reading back "},
		{name: "no tag", method: http.MethodGet, path: tag, answer: missing, want: "reading back ", tagged: true},
		{name: "a tag that leads elsewhere", method: http.MethodGet, path: tag, answer: otherManifest, want: "the registry has the digest sha256:", tagged: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			img := open(t)
			var stored atomic.Bool // the root manifest was written: what comes now reads back, or writes tags
			cfg := registrytest.Config{Answer: func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, img.Root.Digest.String()) {
					stored.Store(true)
				}
				if !stored.Load() || r.Method != tt.method || !strings.HasPrefix(r.URL.Path, tt.path) {
					return false
				}
				tt.answer(w)
				return true
			}}
			server, err := push(t, cfg, registry.Config{}, clear(t, img.Digests()...), img)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Push() = %v, want an error with %q", err, tt.want)
			}
			if got := slices.Contains(server.Writes(), "PUT "+tag); got != tt.tagged {
				t.Errorf("the tag was written: %t, want %t", got, tt.tagged)
			}
			if slices.Contains(server.Writes(), "PUT /v2/app/manifests/2") {
				t.Error("the push went on to the next tag")
			}
		})
	}
}

// otherManifest answers with a manifest that nobody pushed.
func otherManifest(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/vnd.oci.image.index.v1+json")
	_, _ = w.Write([]byte(`{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}`))
}
