package image

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// ArtifactType is the type of what a manifest of a registry holds that nothing can run, such as a Helm chart, a signature or a list of
// referrers; it is empty for an image, and for what a runtime could take for one, whatever type the manifest says that it has. An error says
// that not all of it could be read.
func ArtifactType(ctx context.Context, repo Repository, m Manifest) (string, error) {
	left := maxManifests
	return artifactType(ctx, repo, m, &left)
}

// artifactType looks at no more manifests than there are left.
func artifactType(ctx context.Context, repo Repository, m Manifest, left *int) (string, error) {
	if *left--; *left < 0 {
		return "", nil
	}
	if m.MediaType.IsIndex() {
		return typeOfIndex(ctx, repo, m, left)
	}
	manifest, err := ParseDocument(m)
	if err != nil {
		return "", nil // every reader may take it for something else
	}
	config := manifest.Config.MediaType
	if isProgram(types.MediaType(manifest.ArtifactType)) || isProgram(config) || slices.ContainsFunc(manifest.Layers, func(l v1.Descriptor) bool { return isProgram(l.MediaType) }) {
		return "", nil
	}
	mt := cmp.Or(manifest.ArtifactType, string(config))
	if m.MediaType == types.OCIManifestSchema1 && namesNoImage(config) {
		if slices.ContainsFunc(manifest.Layers, func(l v1.Descriptor) bool { return mayBeLayer(l.MediaType) }) {
			return "", nil
		}
		return mt, nil
	}
	if manifest.ArtifactType == "" && len(manifest.Layers) > 0 {
		mt = string(manifest.Layers[0].MediaType)
	}
	if is, err := holdsDocuments(ctx, repo, manifest); !is {
		return "", err
	}
	return mt, nil
}

// typeOfIndex is the type of an index of artifacts alone.
func typeOfIndex(ctx context.Context, repo Repository, m Manifest, left *int) (string, error) {
	var index v1.IndexManifest
	if checkKind(m, "config", "layers", "fsLayers") != nil || parseJSON("the index", m.Raw, &index) != nil {
		return "", nil
	}
	for _, d := range index.Manifests {
		part, err := repo.Manifest(ctx, d.Digest)
		if err != nil {
			return "", err
		}
		if part.MediaType != d.MediaType {
			return "", nil
		}
		if of, err := artifactType(ctx, repo, part, left); of == "" {
			return "", err
		}
	}
	return string(m.MediaType), nil
}

// namesNoImage tells whether no runtime takes a configuration of a media type for that of an image: some take those that say nothing.
func namesNoImage(config types.MediaType) bool {
	vague := []types.MediaType{"", "application/octet-stream", "application/json", "text/plain", "text/html"}
	return !config.IsConfig() && !slices.Contains(vague, config)
}

// isProgram tells whether a media type is that of a program which runtimes of its own run, and which is no image: a module of
// WebAssembly, or an image of Singularity.
func isProgram(mt types.MediaType) bool {
	text := strings.ToLower(string(mt))
	return strings.Contains(text, "wasm") || strings.Contains(text, "sylabs.sif")
}

// mayBeLayer tells whether a runtime could unpack content of a media type into a root file system.
func mayBeLayer(mt types.MediaType) bool {
	return mt == "" || strings.HasPrefix(string(mt), "application/vnd.oci.image.layer.") || strings.HasPrefix(string(mt), "application/vnd.docker.image.rootfs.")
}

// holdsDocuments tells by the content whether all that a manifest holds is documents: cosign 2 gives what it signs the configuration of
// an image, and some runtimes unpack layers of any type.
func holdsDocuments(ctx context.Context, repo Repository, manifest *v1.Manifest) (bool, error) {
	for _, d := range manifest.Layers {
		if mayBeLayer(d.MediaType) || d.Size > maxStatementSize {
			return false, nil
		}
	}
	if len(manifest.Layers) == 0 {
		return false, nil // an empty image
	}
	for _, d := range manifest.Layers {
		blob, err := repo.Blob(ctx, d.Digest)
		if err != nil {
			return false, err
		}
		body, err := io.ReadAll(io.LimitReader(blob, maxStatementSize))
		blob.Close()
		switch {
		case err != nil:
			return false, fmt.Errorf("reading %s: %w", d.Digest, err)
		case digestOf(body) != d.Digest, CheckDocument(manifest, d, body) != nil:
			return false, nil
		}
	}
	return true, nil
}
