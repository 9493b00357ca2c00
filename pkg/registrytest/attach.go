package registrytest

import (
	"encoding/json"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/layergate/layergate/pkg/imagetest"
)

// Layer is a layer of a manifest that is attached to another.
type Layer struct {
	MediaType   string
	Annotations map[string]string
	Body        []byte
}

// Attach stores a manifest with layers as a referrer of a digest (OCI image specification, "subject"), and returns its descriptor.
func (s *Server) Attach(repository, digest string, layers ...Layer) (v1.Descriptor, error) {
	subject, err := v1.NewHash(digest)
	if err != nil {
		return v1.Descriptor{}, err
	}
	return s.storeAttached(repository, "", layers, &v1.Descriptor{MediaType: types.OCIManifestSchema1, Digest: subject})
}

// AttachImage stores an image with one layer as a referrer of a digest: an artifact that a runtime can start.
func (s *Server) AttachImage(repository, digest string, l Layer) (v1.Descriptor, error) {
	subject, err := v1.NewHash(digest)
	if err != nil {
		return v1.Descriptor{}, err
	}
	config := Layer{MediaType: string(types.OCIConfigJSON), Body: []byte(`{"os":"linux","architecture":"amd64"}`)}
	return s.storeManifest(repository, "", config, []Layer{l}, &v1.Descriptor{MediaType: types.OCIManifestSchema1, Digest: subject})
}

// AttachByTag stores a manifest with a layer under the tag that cosign makes of a digest and an ending, .sig or .att.
func (s *Server) AttachByTag(repository, digest, ending string, l Layer) error {
	_, err := s.storeAttached(repository, tagOf(digest)+ending, []Layer{l}, nil)
	return err
}

// ListReferrers stores the list of a digest's referrers under a tag (OCI distribution specification, "Referrers Tag Schema").
func (s *Server) ListReferrers(repository, digest string, list ...v1.Descriptor) error {
	raw, err := json.Marshal(v1.IndexManifest{SchemaVersion: 2, MediaType: types.OCIImageIndex, Manifests: list})
	if err != nil {
		return err
	}
	return s.StoreManifest(repository, tagOf(digest), types.OCIImageIndex, raw)
}

func tagOf(digest string) string { return strings.Replace(digest, ":", "-", 1) }

// storeAttached stores a manifest of the type of its first layer, under its digest where there is no tag.
func (s *Server) storeAttached(repository, tag string, layers []Layer, subject *v1.Descriptor) (v1.Descriptor, error) {
	return s.storeManifest(repository, tag, Layer{MediaType: "application/vnd.oci.empty.v1+json", Body: []byte("{}")}, layers, subject)
}

func (s *Server) storeManifest(repository, tag string, config Layer, layers []Layer, subject *v1.Descriptor) (v1.Descriptor, error) {
	var descriptors []v1.Descriptor
	for _, l := range append([]Layer{config}, layers...) {
		d := v1.Descriptor{MediaType: types.MediaType(l.MediaType), Digest: imagetest.Digest(l.Body), Size: int64(len(l.Body)), Annotations: l.Annotations}
		descriptors = append(descriptors, d)
		if err := s.StoreBlob(repository, l.Body); err != nil {
			return v1.Descriptor{}, err
		}
	}
	raw, err := json.Marshal(v1.Manifest{
		SchemaVersion: 2, MediaType: types.OCIManifestSchema1, ArtifactType: layers[0].MediaType, Subject: subject,
		Config: descriptors[0], Layers: descriptors[1:],
	})
	if err != nil {
		return v1.Descriptor{}, err
	}
	digest := imagetest.Digest(raw)
	if tag == "" {
		tag = digest.String()
	}
	return v1.Descriptor{MediaType: types.OCIManifestSchema1, Digest: digest, Size: int64(len(raw))}, s.StoreManifest(repository, tag, types.OCIManifestSchema1, raw)
}
