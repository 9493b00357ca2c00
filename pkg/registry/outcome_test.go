package registry_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/registrytest"
)

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
		left            []string // tags that were not moved, where it is a partial one
	}{
		{name: "the second is refused", answer: status(put("2"), http.StatusForbidden), pushed: []string{"1"}, left: []string{"2"}},
		{name: "the second fails", answer: status(put("2"), http.StatusBadGateway), pushed: []string{"1"}, left: []string{"2"}},
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
			unknown: []string{"1"}, left: []string{"2"},
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
			pushed: []string{"1"}, left: []string{"2"},
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
			if diff := cmp.Diff([][]string{full(tt.pushed), full(tt.unknown), full(tt.left)}, [][]string{names(partial.Pushed), names(partial.Unknown), names(partial.Left)}); diff != "" {
				t.Errorf("Push() = %v; pushed, unknown and left (-want +got):\n%s", err, diff)
			}
			for _, ref := range append(append(full(tt.pushed), full(tt.unknown)...), full(tt.left)...) {
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
		if r.Method != http.MethodPut || !strings.HasSuffix(r.URL.Path, "/manifests/2") {
			return false
		}
		cancel()
		<-r.Context().Done()
		return true
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
	err = c.Push(ctx, clear(t, img.Digests()...), registry.Promotion{Content: content, References: refs})
	var partial *registry.PartialError
	if !errors.Is(err, context.Canceled) || !errors.As(err, &partial) || len(partial.Pushed) != 1 || partial.Pushed[0].String() != refs[0].String() || len(partial.Unknown) != 0 {
		t.Errorf("Push() = %v, want the cancellation, the first tag pushed and the second not", err)
	}
}

// A tag that another client moves before it is read back fails the push. The ordinary cause is another run, and not the registry.
func TestPushOfTagThatAnotherMoves(t *testing.T) {
	t.Parallel()
	img := open(t)
	var server *registrytest.Server
	server = start(t, registrytest.Config{Answer: func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/manifests/1") {
			if err := server.StoreManifest("app", "1", img.Root.MediaType, []byte(`{"schemaVersion":2,"manifests":[]}`)); err != nil {
				t.Error(err)
			}
		}
		return false
	}})
	err := pushAll(t, server, registry.Config{}, clear(t, img.Digests()...), img)
	if hints := strings.Join(fault.Hints(err), "\n"); err == nil || !strings.HasPrefix(hints, "another run may have pushed this tag") || !strings.Contains(hints, "concurrency:") {
		t.Errorf("Push() = %v with the hint %q, want that another run may have moved the tag", err, hints)
	}
}

// Where tags are immutable, one that leads to another image is refused before anything is sent, and one that does so by the time
// that it is to be written is not moved.
func TestTagsThatMayNotMove(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name          string
		immutable     bool
		before, meant string // what the second tag leads to before the push, and once the blobs are sent; empty for nothing
		want          string // in the error; empty for none
		writes        bool
	}{
		{"another image", true, "other", "", "app:2 leads to sha256:", false},
		{"another image, by the time of the tag", true, "", "other", "app:2 leads to sha256:", true},
		{"the same image", true, "same", "", "", true},
		{"nothing", true, "", "", "", true},
		{"another image, where tags may move", false, "other", "", "", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			img := open(t)
			content, err := img.Content()
			if err != nil {
				t.Fatal(err)
			}
			var server *registrytest.Server
			set := func(to string) error {
				raw := map[string]string{"same": string(img.Root.Raw), "other": `{"schemaVersion":2,"manifests":[]}`}[to]
				if raw == "" {
					return nil
				}
				return server.StoreManifest("app", "2", img.Root.MediaType, []byte(raw))
			}
			server = start(t, registrytest.Config{Answer: func(_ http.ResponseWriter, r *http.Request) bool {
				if r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, "/manifests/1") {
					if err := set(tt.meant); err != nil {
						t.Error(err)
					}
				}
				return false
			}})
			for _, m := range content.Manifests[:2] { // what an index refers to is there
				if err := server.StoreManifest("app", m.Digest.String(), m.MediaType, m.Raw); err != nil {
					t.Fatal(err)
				}
			}
			if err := set(tt.before); err != nil {
				t.Fatal(err)
			}
			refs, err := registry.ParseReferences([]string{server.Host + "/app:1", server.Host + "/app:2"})
			if err != nil {
				t.Fatal(err)
			}
			err = client(t).Push(context.Background(), clear(t, img.Digests()...), registry.Promotion{Content: content, References: refs, ImmutableTags: tt.immutable})
			if (err == nil) != (tt.want == "") || err != nil && (!strings.Contains(err.Error(), tt.want) || !fault.IsRequest(err)) {
				t.Errorf("Push() = %v, want a wrong request with %q", err, tt.want)
			}
			if wrote := len(server.Writes()) > 0; wrote != tt.writes {
				t.Errorf("the registry saw %q", server.Writes())
			}
		})
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
