package registry_test

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/registrytest"
)

func TestRepositories(t *testing.T) {
	t.Parallel()
	server, err := registrytest.Start(registrytest.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	files, err := imagetest.OCI(imagetest.Entry{Name: "app:1", Images: []imagetest.Image{{Layers: []imagetest.Layer{{CreatedBy: "base"}}}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, repository := range []string{"team/app", "web"} {
		if err := server.Store(repository, "1", files); err != nil {
			t.Fatal(err)
		}
	}
	client, err := registry.New(registry.Config{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := client.Repositories(context.Background(), server.Host)
	slices.Sort(got)
	if want := []string{server.Host + "/team/app", server.Host + "/web"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("Repositories() = %q, %v, want %q", got, err, want)
	}
	img, err := client.Image(server.Host + "/web:1")
	if err != nil {
		t.Fatal(err)
	}
	root, err := img.Root(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if digest, err := img.Digest(context.Background()); err != nil || digest != root.Digest.String() {
		t.Errorf("Digest() = %s, %v, want %s", digest, err, root.Digest)
	}
}

// Who may not list a registry is told what to do instead.
func TestRepositoriesRefused(t *testing.T) {
	t.Parallel()
	server, err := registrytest.Start(registrytest.Config{Fail: func(r *http.Request) bool { return r.URL.Path == "/v2/_catalog" }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	client, err := registry.New(registry.Config{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.Repositories(context.Background(), server.Host)
	if err == nil || fault.IsRequest(err) || !strings.Contains(strings.Join(fault.Hints(err), " "), "Container Registry Repository Catalog Lister") {
		t.Errorf("Repositories() = %v with the hints %q, want the role of Azure", err, fault.Hints(err))
	}
	if _, err := client.Repositories(context.Background(), "no/host"); !fault.IsRequest(err) {
		t.Errorf("Repositories(no/host) = %v, want a wrong request", err)
	}
}

// That a registry has no image is told from that it does not say whether it has.
func TestDigestIsMissing(t *testing.T) {
	t.Parallel()
	for status, missing := range map[int]bool{http.StatusNotFound: true, http.StatusForbidden: false, http.StatusMethodNotAllowed: false, http.StatusNotImplemented: false} {
		server := start(t, registrytest.Config{Answer: func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.HasSuffix(r.URL.Path, "/manifests/1") {
				return false
			}
			w.WriteHeader(status)
			return true
		}})
		got, err := place(t, server.Host+"/app:1").Digest(context.Background())
		if err == nil || errors.Is(err, fs.ErrNotExist) != missing || !strings.Contains(err.Error(), strconv.Itoa(status)) {
			t.Errorf("Digest() of what the registry answers with %d = %q, %v, want an error that says so, and that there is none: %t", status, got, err, missing)
		}
	}
}
