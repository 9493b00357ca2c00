package image

import (
	"slices"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// Companion is a JSON document that is pushed with an image and is a part of none of its platforms: an index, or what is stored as
// an attestation.
type Companion struct {
	Blob
	Platform string // the one beside which it is stored; empty for all of them
}

// Companions lists the image's indexes, and the manifests, configurations and in-toto statements of its attestations.
func (img *Image) Companions() []Companion {
	var out []Companion
	for _, m := range append(slices.Clone(img.children), img.Root) {
		if m.MediaType.IsIndex() || img.kept[m.Digest] {
			out = append(out, Companion{Blob: bytesBlob(m.Digest, m.MediaType, m.Raw)})
		}
	}
	for _, b := range img.attestations {
		out = append(out, Companion{b, img.platformOf(b.Digest)})
	}
	return out
}

// platformOf is the name of the platform beside which a statement is stored; empty where there is none, or several.
func (img *Image) platformOf(statement v1.Hash) string {
	name := ""
	for _, p := range img.Platforms {
		if slices.Contains(img.storedFor[statement], p.Manifest.Digest.String()) {
			if name != "" {
				return ""
			}
			name = p.Name
		}
	}
	return name
}
