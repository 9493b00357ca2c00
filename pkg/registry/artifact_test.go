package registry_test

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/layergate/layergate/pkg/attest"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/registrytest"
)

// statement is what tests attach.
var statement = registry.Artifact{Type: attest.Bundle, Annotations: map[string]string{"a": "b"}, Body: []byte(`{"a": "bundle"}`)}

// pushWith pushes an image to app:1, app:2 and other:1 of a registry, with what attach returns, and tells for which references it was asked.
func pushWith(t *testing.T, cfg registrytest.Config, artifacts ...registry.Artifact) (server *registrytest.Server, client *registry.Client, asked []string, err error) {
	t.Helper()
	server = start(t, cfg)
	img := open(t)
	content, err := img.Content()
	if err != nil {
		t.Fatal(err)
	}
	refs, err := registry.ParseReferences([]string{server.Host + "/app:1", server.Host + "/app:2", server.Host + "/other:1"})
	if err != nil {
		t.Fatal(err)
	}
	if client, err = registry.New(registry.Config{}); err != nil {
		t.Fatal(err)
	}
	err = client.Push(context.Background(), clear(t, img.Digests()...), registry.Promotion{Content: content, References: refs, Attach: func(_ context.Context, to registry.Reference, _ attest.Target, _ registry.Form) ([]registry.Artifact, error) {
		asked = append(asked, strings.TrimPrefix(to.String(), server.Host+"/"))
		return artifacts, nil
	}})
	return server, client, asked, err
}

// attachedTo is what a registry says is attached to what a tag leads to.
func attachedTo(t *testing.T, client *registry.Client, ref string) []attest.Attachment {
	t.Helper()
	repo, err := client.Image(ref)
	if err != nil {
		t.Fatal(err)
	}
	root, err := repo.Root(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	got, err := repo.Attached(context.Background(), root.Digest.String())
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// What is attached is there before any tag leads to the image, once in each repository, whether the registry lists referrers or not.
func TestPushAttaches(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]registrytest.Config{"referrers": {}, "no referrers": {NoReferrers: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, client, asked, err := pushWith(t, cfg, statement, registry.Artifact{Type: "application/sarif+json", Body: []byte("{}")})
			if err != nil {
				t.Fatal(err)
			}
			if want := []string{"app:1", "other:1"}; !cmp.Equal(asked, want) {
				t.Errorf("attach was asked for %q, want %q", asked, want)
			}
			want := []attest.Attachment{{MediaType: attest.Bundle, Body: statement.Body}}
			for _, ref := range []string{"/app:2", "/other:1"} {
				if diff := cmp.Diff(want, attachedTo(t, client, server.Host+ref)); diff != "" {
					t.Errorf("what is attached to %s (-want +got):\n%s", ref, diff)
				}
			}
			writes := server.Writes()
			tag := slices.IndexFunc(writes, func(w string) bool { return strings.HasSuffix(w, "/app/manifests/1") })
			if tag < 0 || tag < len(writes)-3 {
				t.Errorf("the first of the three tags is write %d of %d, want the tags last: %q", tag, len(writes), writes)
			}
		})
	}
}

// A signature of the Notary Project is found by the type of its configuration, as its own tools look for it.
func TestPushAttachesNotation(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]registrytest.Config{"referrers": {}, "no referrers": {NoReferrers: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			signature := registry.Artifact{Type: attest.NotationArtifact, MediaType: attest.NotationEnvelope, Annotations: map[string]string{"a": "b"}, Body: []byte(`{"payload":""}`)}
			server, client, _, err := pushWith(t, cfg, signature)
			if err != nil {
				t.Fatal(err)
			}
			repo, err := client.Image(server.Host + "/app:1")
			if err != nil {
				t.Fatal(err)
			}
			root, err := repo.Root(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			listed, err := repo.Referrers(t.Context(), root.Digest)
			if err != nil || len(listed) != 1 || listed[0].ArtifactType != attest.NotationArtifact || listed[0].Annotations["a"] != "b" {
				t.Fatalf("Referrers() = %+v, %v, want a signature", listed, err)
			}
			m, err := repo.Manifest(t.Context(), listed[0].Digest)
			if err != nil {
				t.Fatal(err)
			}
			manifest, err := v1.ParseManifest(bytes.NewReader(m.Raw))
			if err != nil {
				t.Fatal(err)
			}
			if got := []string{string(manifest.Config.MediaType), string(manifest.Layers[0].MediaType), manifest.Subject.Digest.String()}; !cmp.Equal(got, []string{attest.NotationArtifact, attest.NotationEnvelope, root.Digest.String()}) {
				t.Errorf("the manifest has %q", got)
			}
			if bytes.Contains(m.Raw, []byte("artifactType")) {
				t.Errorf("the manifest has an artifact type: %s", m.Raw)
			}
		})
	}
}

// What cannot be attached keeps every tag where it is.
func TestPushThatAttachesNothing(t *testing.T) {
	t.Parallel()
	manifests := 0
	server, _, _, err := pushWith(t, registrytest.Config{Fail: func(r *http.Request) bool {
		if r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/app/manifests/") {
			manifests++
		}
		return manifests > 3 && r.Method == http.MethodPut // two images and an index are the image's own
	}}, statement)
	if err == nil || !strings.Contains(err.Error(), "/app holds the image by its digest, and no tag was moved") {
		t.Errorf("Push() = %v, want that the image is there and no tag was moved", err)
	}
	for _, w := range server.Writes() {
		if strings.HasSuffix(w, "/manifests/1") || strings.HasSuffix(w, "/manifests/2") {
			t.Errorf("Push() wrote %s", w)
		}
	}
}

// A list of referrers that is lost, since somebody else wrote it at the same time, is written again.
func TestPushListsAgain(t *testing.T) {
	t.Parallel()
	replaced := false
	cfg := registrytest.Config{NoReferrers: true, Answer: func(w http.ResponseWriter, r *http.Request) bool {
		_, tag, _ := strings.Cut(r.URL.Path, "/app/manifests/sha256-")
		if r.Method != http.MethodPut || tag == "" || replaced {
			return false
		}
		replaced = true
		w.WriteHeader(http.StatusCreated)
		return true
	}}
	server, client, _, err := pushWith(t, cfg, statement)
	if err != nil {
		t.Fatal(err)
	}
	if got := attachedTo(t, client, server.Host+"/app:1"); !replaced || len(got) != 1 {
		t.Errorf("%d statements are attached, want 1 after the list was lost once: %t", len(got), replaced)
	}
}
