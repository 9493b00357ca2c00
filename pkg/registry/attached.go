package registry

import (
	"bytes"
	"context"
	"fmt"
	"io"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/layergate/layergate/pkg/attest"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/image"
)

// Limits of the statements that are read about one image. More of them is an error.
const (
	maxStatements     = 1000
	maxStatementBytes = 128 << 20
)

// Attached reads the statements and signatures that the registry keeps about an image, by the digests that it is known by: those in its
// referrers, and those that cosign keeps under the tags sha256-….att and sha256-….sig. None of it is verified. An error says
// that not all could be read: what is missing may be what counts.
func (i *Image) Attached(ctx context.Context, digests ...string) ([]attest.Attachment, error) {
	var out []attest.Attachment
	seen := map[v1.Hash]bool{}
	left := int64(maxStatementBytes)
	for _, digest := range digests {
		hash, err := v1.NewHash(digest)
		if err != nil {
			return nil, err
		}
		descriptors, err := i.Referrers(ctx, hash)
		if err != nil {
			return nil, err
		}
		signatures, err := i.tagged(ctx, hash, cosignSignatures)
		if err != nil {
			return nil, fmt.Errorf("the signatures of %s: %w", digest, i.explain(err))
		}
		for _, d := range append(descriptors, signatures...) {
			if !d.MediaType.IsImage() || seen[d.Digest] {
				continue // an index holds no statements
			}
			seen[d.Digest] = true
			manifest, err := i.attachedManifest(ctx, d)
			if err == nil {
				out, err = i.readStatements(ctx, manifest, out, &left)
			}
			if err != nil {
				return nil, fmt.Errorf("what is attached to %s: %w", digest, err)
			}
		}
	}
	return out, nil
}

// tooMany says what to do about more of what is attached to an image than is read.
func tooMany(err error) error {
	return fault.WithHint(err, fault.Hintf("delete those that are no longer needed from the registry, under the tag sha256-….att or among the referrers; each gate of one digest adds its own, unless %s is set", fault.Input("attach-replace")))
}

// attachedManifest reads the manifest of what is attached.
func (i *Image) attachedManifest(ctx context.Context, d v1.Descriptor) (*v1.Manifest, error) {
	m, err := i.Manifest(ctx, d.Digest)
	if err != nil {
		return nil, err
	}
	manifest, err := v1.ParseManifest(bytes.NewReader(m.Raw))
	if err != nil {
		return nil, fmt.Errorf("the manifest %s is not valid: %w", d.Digest, err)
	}
	return manifest, nil
}

// readStatements adds the statements and signatures in a manifest to a list, as long as there are bytes left for them.
func (i *Image) readStatements(ctx context.Context, manifest *v1.Manifest, to []attest.Attachment, left *int64) ([]attest.Attachment, error) {
	for _, l := range manifest.Layers {
		if !image.HoldsStatement(l.MediaType) && l.MediaType != attest.SimpleSigning {
			continue
		}
		body, err := i.statement(ctx, l.Digest, min(*left, attest.MaxSize))
		if err != nil {
			return nil, err
		}
		if *left -= int64(len(body)); *left < 0 || len(to) == maxStatements {
			return nil, tooMany(fmt.Errorf("there are more than %d statements, or more than %d bytes of them", maxStatements, maxStatementBytes))
		}
		to = append(to, attest.Attachment{MediaType: string(l.MediaType), Annotations: l.Annotations, Body: body})
	}
	return to, nil
}

// statement reads a blob, of one that is larger than the limit one byte more than that. go-containerregistry compares the digest at
// the end of what is read to its end.
func (i *Image) statement(ctx context.Context, digest v1.Hash, limit int64) ([]byte, error) {
	blob, err := i.Blob(ctx, digest)
	if err != nil {
		return nil, err
	}
	defer blob.Close()
	body, err := io.ReadAll(io.LimitReader(blob, limit+1))
	if err != nil {
		return nil, fmt.Errorf("reading the statement %s: %w", digest, i.explain(err))
	}
	return body, nil
}
