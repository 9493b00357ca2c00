package image

import (
	"context"
	"io"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// renamed are the files of an image whose blobs have other names than in an OCI layout. They are asked for by the names that they would
// have there. What a blob is called decides nothing: its content has to have the digest.
type renamed struct {
	files
	names []string // of a blob, in which % stands for the digits of its digest; the first that is there is taken
}

// flatNames are those of skopeo copy … dir: and podman save --format docker-dir, where manifest.json is the manifest or index itself.
func flatNames() []string { return []string{"%", "%.manifest.json"} }

// apkoNames are those of apko build: of manifests and configurations, and of layers. Its index.json is the index of all platforms.
func apkoNames() []string { return []string{"blobs/sha256/%", "sha256:%", "%.tar.gz"} }

func (r renamed) section(name string) (*io.SectionReader, error) { return r.files.section(r.own(name)) }

func (r renamed) has(name string) bool { return r.files.has(r.own(name)) }

func (r renamed) own(name string) string {
	digits, isBlob := strings.CutPrefix(name, "blobs/sha256/")
	if !isBlob {
		return name
	}
	for _, pattern := range r.names {
		if own := strings.ReplaceAll(pattern, "%", digits); r.files.has(own) {
			return own
		}
	}
	return name
}

// isFlat tells whether manifest.json is a manifest, and not docker save's list of images.
func (img *Image) isFlat() bool {
	raw, err := img.readFile("manifest.json", maxManifestSize)
	return err == nil && strings.HasPrefix(strings.TrimSpace(string(raw)), "{")
}

// loadFlat reads the image of a flat directory.
func (img *Image) loadFlat(ctx context.Context, wanted string) error {
	raw, err := img.readFile("manifest.json", maxManifestSize)
	if err != nil {
		return err
	}
	var m struct {
		MediaType types.MediaType `json:"mediaType"`
		Manifests []v1.Descriptor `json:"manifests"`
	}
	if err := parseJSON("manifest.json", raw, &m); err != nil {
		return err
	}
	switch { // only OCI's may leave it out
	case m.MediaType == "" && m.Manifests != nil:
		m.MediaType = types.OCIImageIndex
	case m.MediaType == "":
		m.MediaType = types.OCIManifestSchema1
	}
	img.files = renamed{img.files, flatNames()}
	return img.loadRoot(ctx, []candidate{{desc: v1.Descriptor{Digest: digestOf(raw), Size: int64(len(raw)), MediaType: m.MediaType}, raw: raw}}, wanted)
}
