package image

import (
	"cmp"
	"fmt"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/layergate/layergate/pkg/fault"
)

// noImage refuses a manifest of something else than an image, which its media type names.
func noImage(digest v1.Hash, mt types.MediaType) error {
	if mt.IsSchema1() {
		return fault.WithHint(fmt.Errorf("the manifest %s has Docker's old format, schema 1, which does not name its layers' content", digest),
			"push the image again with a current version of Docker")
	}
	what := "is not a container image"
	if kind := artifactKind(mt); kind != "" {
		what += " but " + kind
	}
	return fault.WithHint(fmt.Errorf("%s %s: it has the media type %q", digest, what, mt),
		"name an image or a multi-platform index; Helm charts, signatures and other artifacts cannot be scanned")
}

// checkImage refuses a manifest that says it is no image's (OCI image specification, "Guidelines for Artifact Usage"): by its
// configuration, which may be empty where the manifest itself has a type, or by signatures in the place of layers.
func checkImage(digest v1.Hash, manifest v1.Manifest) error {
	const empty, signature = "application/vnd.oci.empty.v1+json", "application/vnd.dev.cosign.simplesigning.v1+json"
	config := manifest.Config.MediaType
	switch {
	case config == empty:
		return noImage(digest, cmp.Or(types.MediaType(manifest.ArtifactType), config))
	case !config.IsConfig():
		return noImage(digest, config)
	case len(manifest.Layers) > 0 && manifest.Layers[0].MediaType == signature:
		return noImage(digest, signature)
	}
	return nil
}

// toldByLayers refuses an image whose configuration is not one, and whose layers' types say what it is instead, as models of Ollama
// have those of Docker's images for the rest. Else it returns err, what is wrong with the configuration.
func toldByLayers(digest v1.Hash, manifest v1.Manifest, err error) error {
	for _, l := range manifest.Layers {
		if !l.MediaType.IsLayer() && artifactKind(l.MediaType) != "" {
			return noImage(digest, l.MediaType)
		}
	}
	return err
}

// artifactKind is what a media type says that something is, for people; empty where it says nothing that is known here.
func artifactKind(mt types.MediaType) string {
	for _, kind := range []struct{ part, name string }{
		{"helm", "a Helm chart"},
		{"spdx", "an SBOM"},
		{"cyclonedx", "an SBOM"},
		{"syft", "an SBOM"},
		{"cosign", "a signature"},
		{"notary", "a signature"},
		{"sigstore", "a signature or attestation"},
		{"in-toto", "an attestation"},
		{"wasm", "a WebAssembly module"},
		{"buildkit.cacheconfig", "a build cache"},
		{"docker.plugin", "a plugin of Docker"},
		{"flux", "a source of Flux"},
		{"sif.config", "an image of Singularity"},
		{"ollama", "a model of Ollama"},
		{"model", "a model"},
	} {
		if strings.Contains(strings.ToLower(string(mt)), kind.part) {
			return kind.name
		}
	}
	return ""
}
