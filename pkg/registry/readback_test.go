package registry_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/registrytest"
	"github.com/layergate/layergate/pkg/spool"
	"github.com/layergate/layergate/pkg/transport"
)

// large opens an image with a layer that is too large to be read back whole.
func large(t *testing.T) *image.Image {
	t.Helper()
	files, err := imagetest.OCI(imagetest.Entry{Images: []imagetest.Image{{Platform: "linux/amd64", Layers: []imagetest.Layer{
		{Files: []imagetest.File{{Name: "large", Body: strings.Repeat("x", registry.SmallBlob)}}},
		{Files: []imagetest.File{{Name: "small", Body: "x"}}},
	}}}})
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
			if wrote := slices.ContainsFunc(server.Writes(), func(w string) bool { return strings.HasSuffix(w, "/manifests/1") }); wrote != tt.tagged {
				t.Errorf("a tag was written: %t, want %t", wrote, tt.tagged)
			}
			if slices.ContainsFunc(server.Writes(), func(w string) bool { return strings.HasSuffix(w, "/manifests/2") }) {
				t.Error("the push went on with the next tag")
			}
		})
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

// Of several tags one of which fails, the error says which point to the image.
func TestPartialPush(t *testing.T) {
	t.Parallel()
	img := open(t)
	put := func(tag string) func(*http.Request) bool {
		return func(r *http.Request) bool {
			return r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, "/manifests/"+tag)
		}
	}
	status := func(of func(*http.Request) bool, code int) func(*registrytest.Server) func(http.ResponseWriter, *http.Request) bool {
		return func(*registrytest.Server) func(http.ResponseWriter, *http.Request) bool {
			return func(w http.ResponseWriter, r *http.Request) bool {
				if of(r) {
					w.WriteHeader(code)
				}
				return of(r)
			}
		}
	}
	tests := []struct {
		name            string
		answer          func(*registrytest.Server) func(http.ResponseWriter, *http.Request) bool
		pushed, unknown []string // tags; both nil for an error that is no partial one
	}{
		{name: "the second is refused", answer: status(put("2"), http.StatusForbidden), pushed: []string{"1"}},
		{name: "the second fails", answer: status(put("2"), http.StatusBadGateway), pushed: []string{"1"}},
		{name: "the first is refused", answer: status(put("1"), http.StatusForbidden)},
		{
			name: "the answer to the second is lost",
			answer: func(s *registrytest.Server) func(http.ResponseWriter, *http.Request) bool {
				return func(w http.ResponseWriter, r *http.Request) bool {
					if !put("2")(r) {
						return false
					}
					body, _ := io.ReadAll(r.Body)
					if err := s.StoreManifest("app", "2", img.Root.MediaType, body); err != nil {
						t.Error(err)
					}
					panic(http.ErrAbortHandler)
				}
			},
			pushed: []string{"1", "2"},
		},
		{
			name: "the registry is gone with the first",
			answer: func(*registrytest.Server) func(http.ResponseWriter, *http.Request) bool {
				var gone atomic.Bool
				return func(w http.ResponseWriter, r *http.Request) bool {
					if put("1")(r) {
						gone.Store(true)
					}
					if gone.Load() {
						panic(http.ErrAbortHandler)
					}
					return false
				}
			},
			unknown: []string{"1"},
		},
		{
			name: "somebody else moves the second at the same time",
			answer: func(s *registrytest.Server) func(http.ResponseWriter, *http.Request) bool {
				return func(w http.ResponseWriter, r *http.Request) bool {
					if put("2")(r) {
						w.WriteHeader(http.StatusCreated)
						return true
					}
					return false
				}
			},
			pushed: []string{"1"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var answer atomic.Pointer[func(http.ResponseWriter, *http.Request) bool]
			server := start(t, registrytest.Config{Answer: func(w http.ResponseWriter, r *http.Request) bool { return (*answer.Load())(w, r) }})
			f := tt.answer(server)
			answer.Store(&f)
			err := pushAll(t, server, registry.Config{}, clear(t, img.Digests()...), img)
			if err == nil {
				t.Fatal("Push() succeeded")
			}
			var partial *registry.PartialError
			if !errors.As(err, &partial) {
				partial = &registry.PartialError{}
			}
			full := func(tags []string) (out []string) {
				for _, tag := range tags {
					out = append(out, server.Host+"/app:"+tag)
				}
				return out
			}
			names := func(refs []registry.Reference) (out []string) {
				for _, r := range refs {
					out = append(out, r.String())
				}
				return out
			}
			if diff := cmp.Diff([][]string{full(tt.pushed), full(tt.unknown)}, [][]string{names(partial.Pushed), names(partial.Unknown)}); diff != "" {
				t.Errorf("Push() = %v; pushed and unknown (-want +got):\n%s", err, diff)
			}
			for _, ref := range append(full(tt.pushed), full(tt.unknown)...) {
				if !strings.Contains(err.Error(), ref) {
					t.Errorf("Push() = %v, which does not name %s", err, ref)
				}
			}
		})
	}
}

// A push that is interrupted between two tags says so, too.
func TestInterruptedPush(t *testing.T) {
	t.Parallel()
	img := open(t)
	ctx, cancel := context.WithCancel(context.Background())
	server := start(t, registrytest.Config{Answer: func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, "/manifests/2") {
			cancel()
			<-r.Context().Done()
		}
		return false
	}})
	content, err := img.Content()
	if err != nil {
		t.Fatal(err)
	}
	refs, err := registry.ParseReferences([]string{server.Host + "/app:1", server.Host + "/app:2"})
	if err != nil {
		t.Fatal(err)
	}
	c, err := registry.New(registry.Config{})
	if err != nil {
		t.Fatal(err)
	}
	err = c.Push(ctx, clear(t, img.Digests()...), content, refs)
	var partial *registry.PartialError
	if !errors.Is(err, context.Canceled) || !errors.As(err, &partial) || len(partial.Pushed) != 1 || partial.Pushed[0].String() != refs[0].String() {
		t.Errorf("Push() = %v, want the cancellation, and the first tag pushed", err)
	}
}

// A tag that points to the image already is not written again: the registry may forbid it.
func TestImmutableTags(t *testing.T) {
	t.Parallel()
	img := open(t)
	server := start(t, registrytest.Config{})
	for range 2 {
		if err := pushAll(t, server, registry.Config{}, clear(t, img.Digests()...), img); err != nil {
			t.Fatal(err)
		}
	}
	writes := 0
	for _, w := range server.Writes() {
		if strings.HasSuffix(w, "/manifests/1") {
			writes++
		}
	}
	if writes != 1 {
		t.Errorf("the tag was written %d times, want once", writes)
	}
}

// withSubject is the content of an image whose manifest names a subject.
func withSubject(t *testing.T, subject string, and ...image.Manifest) image.Content {
	t.Helper()
	content, err := large(t).Content()
	if err != nil {
		t.Fatal(err)
	}
	plain := content.Manifests[0]
	raw := `{"subject":{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"` + subject + `","size":123},"artifactType":"application/x.signature",` + string(plain.Raw[1:])
	content.Manifests = append([]image.Manifest{{Digest: imagetest.Digest([]byte(raw)), MediaType: plain.MediaType, Raw: []byte(raw)}}, and...)
	return content
}

func pushContent(t *testing.T, server *registrytest.Server, content image.Content) error {
	t.Helper()
	var digests []string
	for _, m := range content.Manifests {
		digests = append(digests, m.Digest.String())
	}
	refs, err := registry.ParseReferences([]string{server.Host + "/app:1"})
	if err != nil {
		t.Fatal(err)
	}
	c, err := registry.New(registry.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return c.Push(context.Background(), clear(t, digests...), content, refs)
}

// An image does not become a statement about another, and a statement about itself moves no tag but those of the push.
func TestSubjects(t *testing.T) {
	t.Parallel()
	t.Run("of another image", func(t *testing.T) {
		t.Parallel()
		server := start(t, registrytest.Config{})
		err := pushContent(t, server, withSubject(t, "sha256:"+strings.Repeat("ab", 32)))
		if err == nil || !strings.Contains(err.Error(), "subject") || fault.IsRequest(err) || len(fault.Hints(err)) == 0 {
			t.Errorf("Push() = %v, want a refusal with a remedy", err)
		}
		if r := server.Requests(); len(r) > 0 {
			t.Errorf("the registry saw %q", r)
		}
	})
	t.Run("of the image itself", func(t *testing.T) {
		t.Parallel()
		server := start(t, registrytest.Config{})
		content, err := large(t).Content()
		if err != nil {
			t.Fatal(err)
		}
		root := content.Manifests[0]
		if err := pushContent(t, server, withSubject(t, root.Digest.String(), root)); err != nil {
			t.Fatal(err)
		}
		for _, w := range server.Writes() {
			_, ref, ok := strings.Cut(w, "/manifests/")
			if ok && ref != "1" && !strings.HasPrefix(ref, "sha256:") {
				t.Errorf("the push wrote the tag %s", ref)
			}
		}
	})
}

// A registry that never ends an answer ends the run, at every stage of a push.
func TestRegistriesThatHang(t *testing.T) {
	t.Parallel()
	img := open(t)
	trickle := func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			io.WriteString(w, "x")
			w.(http.Flusher).Flush()
			time.Sleep(20 * time.Millisecond)
		}
	}
	flood := func(w http.ResponseWriter, r *http.Request) {
		for more := []byte(strings.Repeat("x", 1<<16)); r.Context().Err() == nil; {
			if _, err := w.Write(more); err != nil {
				return
			}
		}
	}
	hang := func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	challenge := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Bearer realm="http://%s/token",service="registry"`, r.Host))
		w.WriteHeader(http.StatusUnauthorized)
	}
	tests := []struct {
		name   string
		answer map[string]http.HandlerFunc // by the beginning of METHOD PATH
	}{
		{"the base without an answer", map[string]http.HandlerFunc{"GET /v2/ ": hang}},
		{"the base without an end", map[string]http.HandlerFunc{"GET /v2/ ": trickle}},
		{"the base with more and more", map[string]http.HandlerFunc{"GET /v2/ ": flood}},
		{"the token service without an answer", map[string]http.HandlerFunc{"GET /v2/ ": challenge, "GET /token": hang}},
		{"the token service without an end", map[string]http.HandlerFunc{"GET /v2/ ": challenge, "GET /token": trickle}},
		{"a blob's upload", map[string]http.HandlerFunc{"PATCH /v2/app/blobs/": hang}},
		{"a blob's end", map[string]http.HandlerFunc{"PUT /v2/app/blobs/": hang}},
		{"a manifest", map[string]http.HandlerFunc{"PUT /v2/app/manifests/": hang}},
		{"what is read back", map[string]http.HandlerFunc{"GET /v2/app/blobs/": trickle}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := start(t, registrytest.Config{Answer: func(w http.ResponseWriter, r *http.Request) bool {
				for beginning, answer := range tt.answer {
					if strings.HasPrefix(r.Method+" "+r.URL.Path+" ", beginning) {
						answer(w, r)
						return true
					}
				}
				return false
			}})
			limited, err := transport.New(transport.Config{Limits: transport.Limits{Answer: 500 * time.Millisecond, Store: 500 * time.Millisecond, Stall: 500 * time.Millisecond}})
			if err != nil {
				t.Fatal(err)
			}
			done := make(chan error, 1)
			go func() {
				done <- pushAll(t, server, registry.Config{Transport: limited}, clear(t, img.Digests()...), img)
			}()
			select {
			case err = <-done:
			case <-time.After(time.Minute):
				t.Fatal("the push does not end")
			}
			var partial *registry.PartialError
			if err == nil || errors.As(err, &partial) || len(fault.Hints(err)) == 0 {
				t.Errorf("Push() = %v, want a failure with a remedy before any tag", err)
			}
		})
	}
}
