package registry_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/attest"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/registrytest"
)

// cleared is an image that is to be pushed to a reference.
func cleared(t *testing.T, clearance *policy.Clearance, ref string, immutable bool) registry.Cleared {
	t.Helper()
	img := open(t)
	content, err := img.Content()
	if err != nil {
		t.Fatal(err)
	}
	refs, err := registry.ParseReferences([]string{ref})
	if err != nil {
		t.Fatal(err)
	}
	if clearance == nil {
		clearance = clear(t, img.Digests()...)
	}
	return registry.Cleared{Clearance: clearance, Promotion: registry.Promotion{
		Content: content, References: refs, ImmutableTags: immutable,
		Attach: func(context.Context, registry.Reference, attest.Target, registry.Form) ([]registry.Artifact, error) {
			return []registry.Artifact{{Type: "application/x-test", Body: []byte(ref)}}, nil
		},
	}}
}

// Of several images no tag is written before all has been stored of each of them, attachments included.
func TestPushAllOrder(t *testing.T) {
	t.Parallel()
	server := start(t, registrytest.Config{})
	if err := client(t).PushAll(t.Context(), cleared(t, nil, server.Host+"/a:1", false), cleared(t, nil, server.Host+"/b:1", false)); err != nil {
		t.Fatal(err)
	}
	var tags []string
	for _, w := range server.Writes() {
		switch {
		case strings.HasSuffix(w, "/manifests/1"):
			tags = append(tags, w)
		case len(tags) > 0:
			t.Errorf("%s came after %s", w, tags[0])
		}
	}
	if len(tags) != 2 {
		t.Errorf("the tags written are %q, want two", tags)
	}
}

// What stands against one image keeps all of them back, and nothing at all is sent where that is known before.
func TestPushAllOrNone(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		second func(t *testing.T, host string) registry.Cleared
		fail   string // ends the path of writes that fail
		wants  func(error) bool
		sends  bool
	}{
		{
			name: "one that is not cleared",
			second: func(t *testing.T, host string) registry.Cleared {
				return cleared(t, clear(t, "sha256:a"), host+"/b:1", false)
			},
			wants: func(err error) bool { return errors.Is(err, registry.ErrNotCleared) },
		},
		{
			name:   "a tag that must not move",
			second: func(t *testing.T, host string) registry.Cleared { return cleared(t, nil, host+"/taken:1", true) },
			wants:  fault.IsRequest,
		},
		{
			name:   "a blob that is refused",
			second: func(t *testing.T, host string) registry.Cleared { return cleared(t, nil, host+"/b:1", false) },
			fail:   "/v2/b/blobs/uploads/",
			wants:  func(err error) bool { return !errors.As(err, new(*registry.PartialError)) },
			sends:  true,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := start(t, registrytest.Config{Answer: func(w http.ResponseWriter, r *http.Request) bool {
				fails := tt.fail != "" && r.Method != http.MethodGet && strings.HasPrefix(r.URL.Path, tt.fail)
				if fails {
					w.WriteHeader(http.StatusForbidden)
				}
				return fails
			}})
			if err := server.StoreManifest("taken", "1", "application/vnd.oci.image.index.v1+json", []byte(`{"schemaVersion":2,"manifests":[]}`)); err != nil {
				t.Fatal(err)
			}
			err := client(t).PushAll(t.Context(), cleared(t, nil, server.Host+"/a:1", false), tt.second(t, server.Host))
			if err == nil || !tt.wants(err) {
				t.Errorf("PushAll() = %v, want another error", err)
			}
			for _, w := range server.Writes() {
				if strings.HasSuffix(w, "/manifests/1") || !tt.sends {
					t.Errorf("the registry saw %s", w)
				}
			}
		})
	}
}

// A failure between the tags of two images names those that point to their image, and those that another push has to move.
func TestPartialPushOfSeveral(t *testing.T) {
	t.Parallel()
	server := start(t, registrytest.Config{Fail: func(r *http.Request) bool {
		return r.Method == http.MethodPut && r.URL.Path == "/v2/b/manifests/1"
	}})
	a, b, c := server.Host+"/a:1", server.Host+"/b:1", server.Host+"/c:1"
	err := client(t).PushAll(t.Context(), cleared(t, nil, a, false), cleared(t, nil, b, false), cleared(t, nil, c, false))
	if err == nil || !strings.HasSuffix(err.Error(), "; pushed by then: "+a+"; not pushed: "+b+", "+c) {
		t.Errorf("PushAll() = %v, want it to name %s as pushed, and %s and %s as not", err, a, b, c)
	}
}

// Two references that lead to one place, however they are written, are found once the second image has taken the first one's tag.
func TestPushAllToOnePlace(t *testing.T) {
	t.Parallel()
	server := start(t, registrytest.Config{})
	_, port, _ := strings.Cut(server.Host, ":")
	first, second := server.Host+"/a:1", "localhost:"+port+"/a:1"
	other := openEntry(t, imagetest.Entry{Images: []imagetest.Image{{Platform: "linux/amd64", Layers: []imagetest.Layer{{Files: []imagetest.File{{Name: "other", Body: "other"}}}}}}})
	content, err := other.Content()
	if err != nil {
		t.Fatal(err)
	}
	later := cleared(t, clear(t, other.Digests()...), second, false)
	later.Content = content
	err = client(t).PushAll(t.Context(), cleared(t, nil, first, false), later)
	var partial *registry.PartialError
	if !errors.As(err, &partial) || !strings.HasSuffix(err.Error(), "; pushed by then: "+second+"; not pushed: "+first) {
		t.Errorf("PushAll() = %v, want it to name %s as pushed, and %s as not", err, second, first)
	}
}

// One place has one spelling, and two places have two.
func TestPlace(t *testing.T) {
	t.Parallel()
	usual := "registry.example/a:1"
	for text, want := range map[string]string{
		usual: usual, "Registry.Example/a:1": usual, "registry.example:443/a:1": usual, "registry.example:5000/a:1": "registry.example:5000/a:1", "registry.example/a": "registry.example/a:latest",
		"docker.io/team/a:1": "index.docker.io/team/a:1", "registry-1.docker.io/team/a:1": "index.docker.io/team/a:1", "team/a:1": "index.docker.io/team/a:1", "index.docker.io/team/a:1": "index.docker.io/team/a:1",
		"127.0.0.1:5000/a:1": "localhost:5000/a:1", "[::1]:5000/a:1": "localhost:5000/a:1", "localhost:5000/a:1": "localhost:5000/a:1", "127.0.0.1:5001/a:1": "localhost:5001/a:1", "[fd00::1]:443/a:1": "[fd00::1]/a:1",
	} {
		refs, err := registry.ParseReferences([]string{text})
		if err != nil {
			t.Fatal(err)
		}
		if got := refs[0].Place(); got != want {
			t.Errorf("Place() of %s = %s, want %s", text, got, want)
		}
	}
}
