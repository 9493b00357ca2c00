package registry

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
	Type          string            // of the artifact
	MediaType     string            // of the file; empty where it is the type
	PredicateType string            // of the statement that it is; empty for what is none
	Annotations   map[string]string // of the manifest
	Body          []byte
}

// Form is how the statements are kept that are attached to an image.
type Form int

// The forms.
const (
	Bundles   Form = iota // Sigstore bundles, each a referrer
	Envelopes             // DSSE envelopes (attest.EnvelopeType), which are added to those that cosign keeps under a tag
)

// Attach returns what to attach to an image that was stored in a repository, before any tag points to it there, with its statements in the form
// that the image has already. The reference is the first that the image is pushed to in that repository, and the target describes the image.
type Attach func(ctx context.Context, to Reference, of attest.Target, form Form) ([]Artifact, error)

// attach attaches to the image that was uploaded what it is to have in its repository, if anything. Statements stand where those of the image
// stand already: cosign 3 does not look at its own tags any more once there is a bundle.
func (c *Client) attach(ctx context.Context, to *upload, first Reference, p Promotion) error {
	if p.Attach == nil {
		return nil
	}
	root := to.root()
	of := attest.Target{MediaType: string(root.MediaType), Digest: root.Digest.String(), Size: int64(len(root.Raw))}
	tags, err := to.byTags(ctx)
	if err != nil {
		return c.explain(to.repo, push, err)
	}
	failed := func(what string, err error) error {
		return fmt.Errorf("attaching %s to it: %w; %s holds the image by its digest, and no tag was moved", what, c.explain(to.repo, push, err), to.repo.Name())
	}
	hidden := ""
	if len(tags) > 0 {
		artifacts, err := p.Attach(ctx, first, of, Envelopes)
		if err != nil {
			return err
		}
		err = to.attachByTag(ctx, artifacts, p.Replace.in(first))
		var elsewhere *keptElsewhereError
		switch {
		case err == nil:
			return nil
		case !errors.As(err, &elsewhere):
			return failed("statements", err)
		}
		hidden = elsewhere.Error()
	}
	artifacts, err := p.Attach(ctx, first, of, Bundles)
	if err != nil {
		return err
	}
	var attached []v1.Hash
	for _, a := range artifacts {
		digest, err := to.attachOne(ctx, a)
		if err != nil {
			return failed(a.Type, err)
		}
		attached = append(attached, digest)
	}
	if choose := p.Replace.in(first); choose != nil {
		if err := c.replace(ctx, to, choose, attached); err != nil && p.Warn != nil {
			p.Warn(fmt.Sprintf("earlier statements stay attached to the image in %s: %v", to.repo.Name(), c.explain(to.repo, remove, err)))
		}
	}
	if hidden != "" && p.Warn != nil {
		p.Warn(fmt.Sprintf("cosign 3 does not look at %s any more, now that a Sigstore bundle is attached to the image, since %s: sign the image again with cosign 3, or have cosign verify look for no new bundles",
			strings.Join(tags, " and "), hidden))
	}
	return nil
}

// attachOne stores an artifact as a referrer of the image (OCI image specification 1.1, "subject"), reads it back, and returns the digest of
// its manifest.
func (u *upload) attachOne(ctx context.Context, a Artifact) (v1.Hash, error) {
	subject := describe(u.root())
	packed, err := pack(artifactManifest{ArtifactType: a.Type, Annotations: a.Annotations, Subject: &subject}, image.NewBlob(types.MediaType(cmp.Or(a.MediaType, a.Type)), a.Body))
	if err != nil {
		return v1.Hash{}, err
	}
	file := *u
	file.content, file.meters = packed, nil // it is small
	if err := file.store(ctx); err != nil {
		return v1.Hash{}, err
	}
	listed := describe(file.root())
	listed.ArtifactType, listed.Annotations = a.Type, a.Annotations
	return listed.Digest, u.list(ctx, subject.Digest, listed)
}
