package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/image"
)

// publication is a file that is stored under a tag, as an artifact that is no image.
type publication struct {
	kind     string // of file, for errors, such as "a policy"
	artifact string // type of the artifact
	file     image.Blob
	// fileOf is the file of such an artifact; its error says why a manifest is another one.
	fileOf func(*remote.Descriptor) (v1.Descriptor, error)
	hint   string    // what to do where the tag leads to something else
	built  time.Time // of the file, which takes the place of none that was built later; zero where that does not count
}

// createdAnnotation is when the file of an artifact was made (OCI image specification, "Pre-Defined Annotation Keys").
const createdAnnotation = "org.opencontainers.image.created"

// publish stores a file under a tag and returns the tag with the digest. It needs no clearance, since nothing can run what it pushes.
func (c *Client) publish(ctx context.Context, ref string, p publication) (string, error) {
	refs, err := ParseReferences([]string{ref})
	if err != nil {
		return "", err
	}
	tags, err := c.targets(refs)
	if err != nil {
		return "", err
	}
	tag := tags[0]
	manifest := artifactManifest{ArtifactType: p.artifact}
	if !p.built.IsZero() {
		manifest.Annotations = map[string]string{createdAnnotation: p.built.UTC().Format(time.RFC3339)}
	}
	packed, err := pack(manifest, p.file)
	if err != nil {
		return "", err
	}
	u, err := c.upload(ctx, tag.Context(), Promotion{Content: packed})
	if err != nil {
		return "", c.explain(tag.Context(), push, err)
	}
	for _, step := range []func() error{
		func() error { return u.only(ctx, tag, p) },
		func() error { return u.store(ctx) },
		func() error { return u.tag(ctx, tag) },
	} {
		if err := step(); err != nil {
			return "", c.explain(tag.Context(), push, err)
		}
	}
	return tag.Name() + "@" + u.root().Digest.String(), nil
}

// only refuses a tag that leads to anything but an artifact of this kind, or to one with a file that was built later.
func (u *upload) only(ctx context.Context, tag name.Tag, p publication) error {
	got, err := u.puller.Get(ctx, tag)
	var refused *transport.Error
	if errors.As(err, &refused) && refused.StatusCode == http.StatusNotFound {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := p.fileOf(got); err != nil {
		return fault.Request(fmt.Errorf("%s leads to something else than %s: %w", tag.Name(), p.kind, err), p.hint)
	}
	var there artifactManifest
	if p.built.IsZero() || json.Unmarshal(got.Manifest, &there) != nil {
		return nil
	}
	if built, err := time.Parse(time.RFC3339, there.Annotations[createdAnnotation]); err == nil && built.After(p.built) {
		return fault.Request(fmt.Errorf("%s has %s that was built %s, later than this one, built %s", tag.Name(), p.kind, built.UTC().Format(time.RFC3339), p.built.UTC().Format(time.RFC3339)),
			"it stays; name another tag for the older one")
	}
	return nil
}
