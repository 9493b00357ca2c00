package image

import (
	"context"
	"fmt"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// Parts lists the digests of the manifests of an index in a registry, those of indexes in it included, and, where configs asks for it, the
// digests of the configurations of the image or of all in the index.
func Parts(ctx context.Context, repo Repository, configs bool) ([]string, error) {
	m, err := repo.Root(ctx)
	if err != nil {
		return nil, err
	}
	left := maxManifests
	return parts(ctx, repo, m, configs, &left)
}

// parts reads no more manifests than there are left.
func parts(ctx context.Context, repo Repository, m Manifest, configs bool, left *int) ([]string, error) {
	if *left--; *left < 0 {
		return nil, fmt.Errorf("the index names more than %d manifests", maxManifests)
	}
	if !m.MediaType.IsIndex() {
		if !configs {
			return nil, nil
		}
		var manifest v1.Manifest
		if err := parseJSON("the manifest "+m.Digest.String(), m.Raw, &manifest); err != nil {
			return nil, err
		}
		return []string{manifest.Config.Digest.String()}, nil
	}
	var index v1.IndexManifest
	if err := parseJSON("the index "+m.Digest.String(), m.Raw, &index); err != nil {
		return nil, err
	}
	var out []string
	for _, d := range index.Manifests {
		out = append(out, d.Digest.String())
		if !d.MediaType.IsIndex() && (!configs || !d.MediaType.IsImage()) {
			continue
		}
		part, err := repo.Manifest(ctx, d.Digest)
		if err != nil {
			return nil, err
		}
		of, err := parts(ctx, repo, part, configs, left)
		if err != nil {
			return nil, err
		}
		out = append(out, of...)
	}
	return out, nil
}
