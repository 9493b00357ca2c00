package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/image"
)

// The types of an archive of an advisory database in a registry (OCI image specification 1.1, "Guidelines for Artifact Usage"): of the
// artifact, and what those of the blob that is the archive begin with. They end with tar+zstd, tar+gzip or tar+xz.
const (
	DatabaseArtifact  = "application/vnd.layergate.database.v1"
	DatabaseMediaType = DatabaseArtifact + "."
)

// Archive is an archive that a registry keeps.
type Archive struct {
	Digest string // sha256:… of the archive
	Size   int64  // in bytes
	// Open reads the archive. Whether the bytes are those of the digest is for the reader to check.
	Open func(context.Context) (io.ReadCloser, error)
}

// Database finds the archive of an advisory database that a reference leads to: the only file of an artifact, or the only one of
// DatabaseMediaType. A reference that leads to something else is a wrong request.
func (c *Client) Database(ctx context.Context, ref string) (Archive, error) {
	place, err := c.Image(ref)
	if err != nil {
		return Archive{}, fault.Request(fmt.Errorf("the reference %q of an advisory database is not valid", ref), "write oci://REGISTRY/REPOSITORY:TAG or oci://REGISTRY/REPOSITORY@sha256:DIGEST")
	}
	got, err := place.puller.Get(ctx, place.ref)
	var refused *transport.Error
	switch {
	case errors.As(err, &refused) && refused.StatusCode == http.StatusNotFound:
		return Archive{}, fault.WithHint(fmt.Errorf("%s has no advisory database %s", place.ref.Context().RegistryStr(), short(place.ref)),
			"check the name and the tag, or push one with \"layergate db mirror\"; some registries also say this of what the account may not read")
	case err != nil:
		return Archive{}, place.explain(err)
	}
	file, err := databaseFile(got)
	if err != nil {
		return Archive{}, fault.Request(fmt.Errorf("%s leads to no advisory database: %w", short(place.ref), err), "name what \"layergate db mirror\" or oras push stored")
	}
	return Archive{Digest: file.Digest.String(), Size: file.Size, Open: func(ctx context.Context) (io.ReadCloser, error) { return place.Blob(ctx, file.Digest) }}, nil
}

// PublishDatabase stores an archive of an advisory database under a tag and returns the tag with the digest. Its compression is zstd,
// gzip or xz. A tag that leads to anything else, or to a database that was built later, is not moved, which is a wrong request.
func (c *Client) PublishDatabase(ctx context.Context, ref, digest, compression string, built time.Time, size int64, content io.ReaderAt) (string, error) {
	hash, err := v1.NewHash(digest)
	if err != nil {
		return "", err
	}
	return c.publish(ctx, ref, publication{
		kind: "an advisory database", artifact: DatabaseArtifact, fileOf: databaseFile,
		file: image.NewFileBlob(types.MediaType(DatabaseMediaType+"tar+"+compression), hash, size, content),
		hint: "mirror the database into a repository of its own, such as registry.example/security/advisories:latest", built: built,
	})
}

// databaseFile is the archive that a manifest names. The type of the artifact is not asked: tools that push a file choose their own.
func databaseFile(got *remote.Descriptor) (v1.Descriptor, error) {
	var m artifactManifest
	if !mediaType(got).IsImage() || json.Unmarshal(got.Manifest, &m) != nil {
		return v1.Descriptor{}, fmt.Errorf("it is of the type %s", mediaType(got))
	}
	var ours []v1.Descriptor
	for _, l := range m.Layers {
		if strings.HasPrefix(string(l.MediaType), DatabaseMediaType) {
			ours = append(ours, l)
		}
	}
	switch {
	case m.Config.MediaType.IsConfig():
		return v1.Descriptor{}, errors.New("it is an image")
	case len(ours) == 0 && len(m.Layers) == 1:
		ours = m.Layers
	case len(ours) != 1:
		return v1.Descriptor{}, fmt.Errorf("it holds %d files, and %d of a type that begins with %s", len(m.Layers), len(ours), DatabaseMediaType)
	}
	if ours[0].Size < 0 || ours[0].Digest.Algorithm != "sha256" {
		return v1.Descriptor{}, errors.New("its manifest is not valid")
	}
	return ours[0], nil
}
