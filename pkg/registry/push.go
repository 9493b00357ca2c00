package registry

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"golang.org/x/sync/errgroup"

	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/policy"
)

// jobs is how many blobs are sent at once.
const jobs = 4

// ErrNotCleared says that an image was to be pushed which the clearance does not name.
var ErrNotCleared = errors.New("the image is not cleared")

// Push writes an image to all references: first every blob, then every manifest by digest, then the tags, and reads each
// back. A failure on the way leaves every tag as it was, unless it happens while the tags themselves are written. No
// request is made for an image that the clearance does not name.
func (c *Client) Push(ctx context.Context, clearance *policy.Clearance, content image.Content, refs []Reference) error {
	if len(content.Manifests) == 0 {
		return errors.New("there is no manifest to push")
	}
	for _, m := range content.Manifests {
		if !clearance.Allows(m.Digest.String()) {
			return fmt.Errorf("%w: %s", ErrNotCleared, m.Digest)
		}
		if got, _, err := v1.SHA256(bytes.NewReader(m.Raw)); err != nil || got != m.Digest {
			return fmt.Errorf("%w: the manifest %s has other content, of digest %s", ErrNotCleared, m.Digest, got)
		}
	}
	pusher, err := remote.NewPusher(c.options()...)
	if err != nil {
		return err
	}
	puller, err := remote.NewPuller(c.options()...)
	if err != nil {
		return err
	}
	p := upload{pusher: pusher, puller: puller, content: content}
	targets, err := c.targets(refs)
	if err != nil {
		return err
	}
	for _, repo := range repositories(targets) {
		// A login that fails is told as such, and not as the failure of whichever blob was the first.
		if _, err := c.keys.ResolveContext(ctx, repo); err != nil {
			return c.explain(repo, push, err)
		}
	}
	for _, repo := range repositories(targets) {
		if err := p.store(ctx, repo); err != nil {
			return c.explain(repo, push, err)
		}
	}
	for _, ref := range targets {
		if err := p.tag(ctx, ref); err != nil {
			return c.explain(ref.Context(), push, err)
		}
	}
	return nil
}

// targets are the references with what is known of their registries.
func (c *Client) targets(refs []Reference) ([]name.Reference, error) {
	var out []name.Reference
	for _, r := range refs {
		tag, err := name.NewTag(r.ref.Name(), c.wire.options(r.ref.Context().RegistryStr())...)
		if err != nil {
			return nil, fmt.Errorf("the push reference %s: %w", r, err)
		}
		out = append(out, tag)
	}
	return out, nil
}

func repositories(refs []name.Reference) []name.Repository {
	var out []name.Repository
	seen := map[string]bool{}
	for _, ref := range refs {
		if repo := ref.Context(); !seen[repo.Name()] {
			seen[repo.Name()] = true
			out = append(out, repo)
		}
	}
	return out
}

// upload is one image on its way. Pusher and puller log in once to each repository.
type upload struct {
	pusher  *remote.Pusher
	puller  *remote.Puller
	content image.Content
}

// store writes blobs and manifests to a repository, and no tag.
func (p *upload) store(ctx context.Context, repo name.Repository) error {
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(jobs)
	for _, b := range p.content.Blobs {
		group.Go(func() error {
			if err := p.pusher.Upload(groupCtx, repo, blob{b}); err != nil {
				return fmt.Errorf("pushing the blob %s: %w", b.Digest, err)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, m := range p.content.Manifests {
		ref := repo.Digest(m.Digest.String())
		if err := p.pusher.Push(ctx, ref, manifest{m}); err != nil {
			return fmt.Errorf("pushing the manifest %s: %w", m.Digest, err)
		}
	}
	return p.readBack(ctx, repo)
}

// readBack checks that the repository holds what was sent.
func (p *upload) readBack(ctx context.Context, repo name.Repository) error {
	for _, b := range p.content.Blobs {
		l, err := p.puller.Layer(ctx, repo.Digest(b.Digest.String()))
		if err != nil {
			return fmt.Errorf("reading back the blob %s: %w", b.Digest, err)
		}
		size, err := l.Size()
		if err != nil {
			return fmt.Errorf("reading back the blob %s: %w", b.Digest, err)
		}
		if size != b.Size {
			return fmt.Errorf("reading back the blob %s: the registry has %d bytes of %d", b.Digest, size, b.Size)
		}
	}
	for _, m := range p.content.Manifests {
		if err := p.same(ctx, repo.Digest(m.Digest.String()), m); err != nil {
			return err
		}
	}
	return nil
}

// tag points a tag at the root and checks that it does.
func (p *upload) tag(ctx context.Context, ref name.Reference) error {
	root := p.content.Manifests[len(p.content.Manifests)-1]
	if err := p.pusher.Push(ctx, ref, manifest{root}); err != nil {
		return fmt.Errorf("tagging %s: %w", ref.Name(), err)
	}
	return p.same(ctx, ref, root)
}

func (p *upload) same(ctx context.Context, ref name.Reference, m image.Manifest) error {
	got, err := p.puller.Get(ctx, ref)
	if err != nil {
		return fmt.Errorf("reading back %s: %w", ref.Name(), err)
	}
	if !bytes.Equal(got.Manifest, m.Raw) {
		return fmt.Errorf("reading back %s: the registry has the digest %s, and %s was pushed", ref.Name(), got.Digest, m.Digest)
	}
	return nil
}

// manifest makes the stored bytes of a manifest pushable as they are.
type manifest struct{ m image.Manifest }

// RawManifest is the manifest as it is stored.
func (m manifest) RawManifest() ([]byte, error) { return m.m.Raw, nil }

// MediaType is the manifest's type.
func (m manifest) MediaType() (types.MediaType, error) { return m.m.MediaType, nil }

// blob makes stored bytes pushable as they are.
type blob struct{ b image.Blob }

// Digest is that of the stored bytes.
func (b blob) Digest() (v1.Hash, error) { return b.b.Digest, nil }

// Size is that of the stored bytes.
func (b blob) Size() (int64, error) { return b.b.Size, nil }

// MediaType is the blob's type.
func (b blob) MediaType() (types.MediaType, error) { return b.b.MediaType, nil }

// Compressed reads the stored bytes, whether or not they are compressed, and fails at their end when they are not those
// of the digest.
func (b blob) Compressed() (io.ReadCloser, error) {
	return io.NopCloser(&verifier{r: b.b.Open(), hash: sha256.New(), want: b.b.Digest}), nil
}

// verifier reads bytes that must have a digest.
type verifier struct {
	r    io.Reader
	hash hash.Hash
	want v1.Hash
}

// Read fails instead of ending when the digest is another.
func (v *verifier) Read(p []byte) (int, error) {
	n, err := v.r.Read(p)
	v.hash.Write(p[:n])
	if errors.Is(err, io.EOF) {
		if got := hex.EncodeToString(v.hash.Sum(nil)); got != v.want.Hex {
			return 0, fmt.Errorf("the bytes of %s changed since they were scanned: their digest is sha256:%s", v.want, got)
		}
	}
	return n, err
}

// DiffID is not known here, and nothing that pushes asks for it.
func (b blob) DiffID() (v1.Hash, error) { return v1.Hash{}, errors.ErrUnsupported }

// Uncompressed is not known here, and nothing that pushes asks for it.
func (b blob) Uncompressed() (io.ReadCloser, error) { return nil, errors.ErrUnsupported }
