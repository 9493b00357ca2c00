package registry

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/layergate/layergate/pkg/attest"
	"github.com/layergate/layergate/pkg/image"
)

// The empty configuration of what is no image (OCI image specification 1.1, "Guidelines for Artifact Usage").
const (
	emptyMediaType = "application/vnd.oci.empty.v1+json"
	emptyContent   = "{}"
)

// artifactManifest is the manifest of what is no image.
type artifactManifest struct {
	SchemaVersion int               `json:"schemaVersion"`
	MediaType     types.MediaType   `json:"mediaType"`
	ArtifactType  string            `json:"artifactType,omitempty"`
	Config        v1.Descriptor     `json:"config"`
	Layers        []v1.Descriptor   `json:"layers"`
	Subject       *v1.Descriptor    `json:"subject,omitempty"`
	Annotations   map[string]string `json:"annotations,omitempty"`
}

// pack makes what a registry needs to store one file as an artifact. The manifest comes with its artifact type, and with the subject and
// the annotations where it is attached to something.
func pack(m artifactManifest, file image.Blob) (image.Content, error) {
	config := image.NewBlob(emptyMediaType, []byte(emptyContent))
	if m.ArtifactType == attest.NotationArtifact {
		config.MediaType, m.ArtifactType = attest.NotationArtifact, "" // its type is that of its configuration, as in OCI 1.0
	}
	ofBlob := func(b image.Blob) v1.Descriptor {
		return v1.Descriptor{MediaType: b.MediaType, Digest: b.Digest, Size: b.Size}
	}
	m.SchemaVersion, m.MediaType, m.Config, m.Layers = 2, types.OCIManifestSchema1, ofBlob(config), []v1.Descriptor{ofBlob(file)}
	raw, err := json.Marshal(m)
	if err != nil {
		return image.Content{}, err
	}
	root := image.Manifest{Digest: image.NewBlob(types.OCIManifestSchema1, raw).Digest, MediaType: types.OCIManifestSchema1, Raw: raw}
	return image.Content{Blobs: []image.Blob{config, file}, Manifests: []image.Manifest{root}}, nil
}

// describe is how lists name a stored manifest.
func describe(m image.Manifest) v1.Descriptor {
	return v1.Descriptor{MediaType: m.MediaType, Digest: m.Digest, Size: int64(len(m.Raw))}
}

// Artifact is a file that is attached to an image.
type Artifact struct {
	Type        string            // of the artifact
	MediaType   string            // of the file; empty where it is the type
	Annotations map[string]string // of the manifest
	Body        []byte
}

// Attach returns what to attach to an image that was stored in a repository, before any tag points to it there. The reference is the first
// that the image is pushed to in that repository, and the target describes the image.
type Attach func(ctx context.Context, to Reference, of attest.Target) ([]Artifact, error)

// attach attaches to the image that was uploaded what it is to have in its repository, if anything.
func (c *Client) attach(ctx context.Context, to *upload, first Reference, p Promotion) error {
	if p.Attach == nil {
		return nil
	}
	root := to.root()
	artifacts, err := p.Attach(ctx, first, attest.Target{MediaType: string(root.MediaType), Digest: root.Digest.String(), Size: int64(len(root.Raw))})
	if err != nil {
		return err
	}
	if err := to.warnOfHiding(ctx, artifacts, p.Warn); err != nil {
		return c.explain(to.repo, push, err)
	}
	for _, a := range artifacts {
		if err := to.attachOne(ctx, a); err != nil {
			return fmt.Errorf("attaching %s to it: %w; %s holds the image by its digest, and no tag was moved", a.Type, c.explain(to.repo, push, err), to.repo.Name())
		}
	}
	return nil
}

// attachOne stores an artifact as a referrer of the image (OCI image specification 1.1, "subject"), and reads it back.
func (u *upload) attachOne(ctx context.Context, a Artifact) error {
	subject := describe(u.root())
	packed, err := pack(artifactManifest{ArtifactType: a.Type, Annotations: a.Annotations, Subject: &subject}, image.NewBlob(types.MediaType(cmp.Or(a.MediaType, a.Type)), a.Body))
	if err != nil {
		return err
	}
	file := *u
	file.content, file.meters = packed, nil // it is small
	if err := file.store(ctx); err != nil {
		return err
	}
	listed := describe(file.root())
	listed.ArtifactType, listed.Annotations = a.Type, a.Annotations
	return u.list(ctx, subject.Digest, listed)
}

// warnOfHiding tells where the first bundle that refers to the image takes from the sight of cosign 3 what it has under cosign's own tags:
// with any bundle there, it asks for nothing else (https://github.com/sigstore/cosign, GetBundles in pkg/cosign/verify.go of version 3).
func (u *upload) warnOfHiding(ctx context.Context, artifacts []Artifact, warn func(message string)) error {
	isBundle := func(mediaType string) bool { return strings.HasPrefix(mediaType, attest.AnyBundle) }
	if warn == nil || !slices.ContainsFunc(artifacts, func(a Artifact) bool { return isBundle(a.Type) }) {
		return nil
	}
	digest := u.root().Digest
	var hidden []string
	for _, end := range []string{cosignSignatures, cosignStatements} {
		tagged, err := u.place.tagged(ctx, digest, end)
		if err != nil {
			return err
		}
		if len(tagged) > 0 {
			hidden = append(hidden, u.place.tagOf(digest, end).TagStr())
		}
	}
	if len(hidden) == 0 {
		return nil
	}
	before, err := u.place.Attached(ctx, digest.String())
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(before, func(a attest.Attachment) bool { return isBundle(a.MediaType) }) {
		warn(fmt.Sprintf("cosign 3 does not look at %s any more, now that a Sigstore bundle is attached to the image: sign the image again with cosign 3, or have cosign verify look for no new bundles",
			strings.Join(hidden, " and ")))
	}
	return nil
}
