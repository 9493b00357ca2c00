package image

import (
	"context"
	"fmt"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/layergate/layergate/pkg/fault"
)

// Find returns the digest of the manifest or index that a reference leads to, and that of the manifest for one platform
// below it, as os/arch[/variant]. What is no index is for every platform that it is opened for.
func Find(ctx context.Context, repo Repository, platform string) (root, manifest string, err error) {
	found, err := repo.Root(ctx)
	if err != nil {
		return "", "", err
	}
	digest := digestOf(found.Raw)
	if !found.MediaType.IsIndex() {
		return digest.String(), digest.String(), nil
	}
	var index v1.IndexManifest
	if err := parseJSON("the index "+digest.String(), found.Raw, &index); err != nil {
		return "", "", err
	}
	for _, m := range index.Manifests {
		if p := m.Platform; p != nil && normal(platformName(platformOf(p.OS, p.Architecture, p.Variant))) == normal(platform) {
			return digest.String(), m.Digest.String(), nil
		}
	}
	return "", "", fault.Request(fmt.Errorf("the index %s has no image for %s", digest, platform), "name an image that is made for this platform, too")
}
