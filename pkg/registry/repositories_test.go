package registry_test

import (
	"context"
	"net/http"
	"slices"
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
