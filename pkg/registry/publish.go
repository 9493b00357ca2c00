package registry

import (
	"context"
	"errors"
	"fmt"
	"net/http"

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
	hint   string // what to do where the tag leads to something else
}

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
	packed, err := pack(artifactManifest{ArtifactType: p.artifact}, p.file)
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

// only refuses a tag that leads to anything but an artifact of this kind.
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
	return nil
}
