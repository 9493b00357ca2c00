package registry

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/image"
)

// Image reads one image of a registry, for image.Open; it is an image.Repository.
type Image struct {
	client *Client
	ref    name.Reference
	puller *remote.Puller
}

// Image returns the image at ref, a tag or a digest, without asking the registry yet. A reference that does not parse
// is a wrong request.
func (c *Client) Image(ref string) (*Image, error) {
	if scheme, rest, ok := strings.Cut(ref, "://"); ok {
		return nil, fault.Request(fmt.Errorf("the image reference %q begins with %s://", ref, scheme), "leave it out: registry:"+rest)
	}
	parsed, err := name.ParseReference(ref)
	if err != nil {
		return nil, fault.Request(fmt.Errorf("the image reference %q is not valid: %w", ref, err),
			"write registry:REGISTRY/REPOSITORY:TAG or registry:REGISTRY/REPOSITORY@sha256:DIGEST, such as registry:registry.example/team/app:1.2")
	}
	if err := checkPort(parsed.Context().RegistryStr()); err != nil {
		return nil, err
	}
	if parsed, err = name.ParseReference(ref, c.wire.options(parsed.Context().RegistryStr())...); err != nil {
		return nil, err
	}
	return &Image{client: c, ref: parsed, puller: c.puller}, nil
}

// Root reads the manifest or index that the reference names. A reference that the registry does not know is a wrong
// request.
func (i *Image) Root(ctx context.Context) (image.Manifest, error) {
	got, err := i.puller.Get(ctx, i.ref)
	var refused *transport.Error
	if errors.As(err, &refused) && refused.StatusCode == http.StatusNotFound {
		return image.Manifest{}, fault.Request(fmt.Errorf("%s has no image %s", i.ref.Context().RegistryStr(), short(i.ref)),
			"check the name and the tag; some registries also say this of images that the account may not read")
	}
	if err != nil {
		return image.Manifest{}, i.explain(err)
	}
	return i.manifest(got)
}

// Manifest reads a manifest or index by its digest.
func (i *Image) Manifest(ctx context.Context, digest v1.Hash) (image.Manifest, error) {
	got, err := i.puller.Get(ctx, i.ref.Context().Digest(digest.String()))
	if err != nil {
		return image.Manifest{}, fmt.Errorf("the manifest %s: %w", digest, i.explain(err))
	}
	return i.manifest(got)
}

// ArtifactType is the type of what the reference names where that is no image, and nothing can run it (image.ArtifactType).
func (i *Image) ArtifactType(ctx context.Context) (string, error) {
	m, err := i.Root(ctx)
	if err != nil {
		return "", err
	}
	return image.ArtifactType(ctx, i, m)
}

// artifactType is the same of a manifest in the repository.
func (i *Image) artifactType(ctx context.Context, digest string) (string, error) {
	hash, err := v1.NewHash(digest)
	if err != nil {
		return "", err
	}
	m, err := i.Manifest(ctx, hash)
	if err != nil {
		return "", err
	}
	return image.ArtifactType(ctx, i, m)
}

// manifest is what a registry sent, unless that is no registry's answer.
func (i *Image) manifest(got *remote.Descriptor) (image.Manifest, error) {
	sent := ""
	switch body := bytes.TrimSpace(got.Manifest); {
	case len(body) == 0:
		sent = "an empty answer"
	case strings.HasPrefix(string(got.MediaType), "text/html"), body[0] == '<':
		sent = "a web page"
	default:
		return image.Manifest{Digest: got.Digest, MediaType: mediaType(got), Raw: got.Manifest}, nil
	}
	return image.Manifest{}, fault.WithHint(fmt.Errorf("%s sends %s in place of the manifest of %s", i.ref.Context().RegistryStr(), sent, short(i.ref)),
		"check that this is the registry's address, and not that of its web pages, and that no proxy or login page answers in its place")
}

// Blob streams a blob.
func (i *Image) Blob(ctx context.Context, digest v1.Hash) (io.ReadCloser, error) {
	layer, err := i.puller.Layer(ctx, i.ref.Context().Digest(digest.String()))
	if err != nil {
		return nil, i.explain(err)
	}
	body, err := layer.Compressed()
	if err != nil {
		return nil, i.explain(err)
	}
	return body, nil
}

// small reads a blob of at most so many bytes.
func (i *Image) small(ctx context.Context, digest v1.Hash, limit int64) ([]byte, error) {
	blob, err := i.Blob(ctx, digest)
	if err != nil {
		return nil, err
	}
	defer blob.Close()
	raw, err := io.ReadAll(io.LimitReader(blob, limit+1))
	if err == nil && int64(len(raw)) > limit {
		err = fmt.Errorf("it has more than %d bytes", limit)
	}
	return raw, err
}

// mediaType returns the media type by which the registry sent a manifest or, if that is only a general one such as
// application/json, the type that the manifest declares itself.
func mediaType(got *remote.Descriptor) types.MediaType {
	said, _, err := mime.ParseMediaType(string(got.MediaType))
	if err == nil && said != "application/json" && said != "application/octet-stream" && said != "text/plain" {
		return types.MediaType(said)
	}
	var own struct {
		MediaType types.MediaType `json:"mediaType"`
	}
	if json.Unmarshal(got.Manifest, &own) != nil || own.MediaType == "" {
		return got.MediaType
	}
	return own.MediaType
}

// short is a reference without its registry.
func short(ref name.Reference) string {
	separator := ":"
	if _, ok := ref.(name.Digest); ok {
		separator = "@"
	}
	return ref.Context().RepositoryStr() + separator + ref.Identifier()
}

// explain says in one sentence why the registry did not give what it was asked for, and what the user can do about it.
func (i *Image) explain(err error) error { return i.client.explain(i.ref.Context(), pull, err) }
