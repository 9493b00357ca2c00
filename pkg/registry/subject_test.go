package registry_test

import (
	"cmp"
	"context"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/registrytest"
)

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
	return c.Push(context.Background(), clear(t, digests...), registry.Promotion{Content: content, References: refs})
}

// A manifest with a subject moves no tag but those of the push, whatever it is about: some clients write the list of an
// image's referrers under a tag of that image.
func TestSubjects(t *testing.T) {
	t.Parallel()
	for name, subject := range map[string]string{"the image itself": "", "another image": "sha256:" + strings.Repeat("ab", 32)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := start(t, registrytest.Config{})
			content, err := large(t).Content()
			if err != nil {
				t.Fatal(err)
			}
			root := content.Manifests[0]
			if err := pushContent(t, server, withSubject(t, cmp.Or(subject, root.Digest.String()), root)); err != nil {
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
}
