package image

import (
	"context"
	"io"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// flat are the files of an image as skopeo copy … dir: and podman save --format docker-dir write it: manifest.json is the
// manifest or index itself, a blob has the digits of its digest for a name, and so has a manifest below an index, with an ending.
// Blobs are asked for by the names that they have in an OCI layout.
type flat struct{ files }

func (f flat) section(name string) (*io.SectionReader, error) { return f.files.section(f.own(name)) }

func (f flat) has(name string) bool { return f.files.has(f.own(name)) }

func (f flat) own(name string) string {
	digits, isBlob := strings.CutPrefix(name, "blobs/sha256/")
	switch {
	case !isBlob:
		return name
	case f.files.has(digits):
		return digits
	}
	return digits + ".manifest.json"
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
	img.files = flat{img.files}
	return img.loadRoot(ctx, []candidate{{desc: v1.Descriptor{Digest: digestOf(raw), Size: int64(len(raw)), MediaType: m.MediaType}, raw: raw}}, wanted)
}
