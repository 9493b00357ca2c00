package image

import (
	"context"
	"fmt"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// Lowest returns the digest of the lowest layer of an image in a registry, of the first platform where it has several. Images that are
// built on one base have it in common.
func Lowest(ctx context.Context, repo Repository) (string, error) {
	m, err := repo.Root(ctx)
	if err != nil {
		return "", err
	}
	for range maxIndexDepth {
		if !m.MediaType.IsIndex() {
			break
		}
		var index v1.IndexManifest
		if err := parseJSON("the index "+digestOf(m.Raw).String(), m.Raw, &index); err != nil {
			return "", err
		}
		if len(index.Manifests) == 0 {
			return "", fmt.Errorf("the index %s is empty", digestOf(m.Raw))
		}
		if m, err = repo.Manifest(ctx, index.Manifests[0].Digest); err != nil {
			return "", err
		}
	}
	var manifest v1.Manifest
	if err := parseJSON("the manifest "+digestOf(m.Raw).String(), m.Raw, &manifest); err != nil {
		return "", err
	}
	if len(manifest.Layers) == 0 {
		return "", nil
	}
	return manifest.Layers[0].Digest.String(), nil
}
