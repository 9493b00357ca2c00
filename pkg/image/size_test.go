package image_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/imagetest"
)

// What is not as long as its descriptor says is refused, whoever would read it in the end.
func TestOpenComparesSizes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		content string // of the blob whose descriptor lies
		want    string
	}{
		{name: "of an index", content: `"manifests":[`, want: "the manifest sha256:"},
		{name: "of a manifest", content: `"layers":[{"mediaType":"application/vnd.oci.image.layer`, want: "the manifest sha256:"},
		{name: "of a configuration", content: `"created_by":"FROM base"`, want: "the image configuration sha256:"},
		{name: "of a layer", content: "\x1f\x8b", want: "layer 0 of linux/amd64 (sha256:"},
		{name: "of an attestation's configuration", content: `{"architecture":"unknown"`, want: "the attestation configuration sha256:"},
		{name: "of an attestation", content: `{"_type":"statement"}`, want: "the attestation (sha256:"},
	}
	for _, tt := range tests {
		for _, by := range []int{-1, 1} {
			t.Run(fmt.Sprintf("%s, by %+d", tt.name, by), func(t *testing.T) {
				t.Parallel()
				files := must(imagetest.OCI(imagetest.Entry{Images: []imagetest.Image{twoLayers(imagetest.Gzip, "")}, Attestation: `{"_type":"statement"}`}))(t)
				lieAboutSize(t, files, tt.content, by)
				path := filepath.Join(t.TempDir(), "app.tar")
				if err := files.WriteArchive(path, imagetest.None); err != nil {
					t.Fatal(err)
				}
				_, err := open(t, path, "")
				checkError(t, err, "but its descriptor says", false)
				if err != nil && !strings.Contains(err.Error(), tt.want) {
					t.Errorf("Open() = %v, want an error about %q", err, tt.want)
				}
			})
		}
	}
}

// lieAboutSize changes the size in the descriptor of the first blob that holds content.
func lieAboutSize(t *testing.T, files imagetest.Files, content string, by int) {
	t.Helper()
	i := slices.IndexFunc(files, func(f imagetest.File) bool {
		return strings.HasPrefix(f.Name, "blobs/") && strings.Contains(f.Body, content)
	})
	if i < 0 {
		t.Fatalf("no blob holds %q", content)
	}
	size, digest := len(files[i].Body), imagetest.Digest([]byte(files[i].Body))
	descriptor := func(size int) string { return fmt.Sprintf(`"size":%d,"digest":"%s"`, size, digest) }
	for k, f := range files {
		if !strings.Contains(f.Body, descriptor(size)) {
			continue
		}
		body := strings.Replace(f.Body, descriptor(size), descriptor(size+by), 1)
		if f.Name == "index.json" {
			files[k].Body = body
		} else {
			replaceBlob(files, k, body)
		}
		return
	}
	t.Fatalf("no descriptor of %s", digest)
}
