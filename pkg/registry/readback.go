package registry

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/image"
)

// SmallBlob is the size in bytes up to which a blob is read back whole and hashed. Of a larger one the registry's word
// for its size has to do: reading it back would take as long as the push.
const SmallBlob = 4 << 20

// lastWord is how long it may take to find out where a tag points when its moving failed.
const lastWord = 20 * time.Second

// readBack checks that the repository holds what was sent.
func (u *upload) readBack(ctx context.Context) error {
	if err := u.eachBlob(ctx, u.readBlob); err != nil {
		return err
	}
	for _, m := range u.content.Manifests {
		if err := u.shows(ctx, u.repo.Digest(m.Digest.String()), m); err != nil {
			return err
		}
	}
	return nil
}

// readBlob checks that the repository holds a blob. A registry of several replicas may show it a moment later.
func (u *upload) readBlob(ctx context.Context, b image.Blob) error {
	return behind(u.client.again(ctx, isMissing, func() error { return u.readBlobOnce(ctx, b) }))
}

// readBlobOnce compares the digest of a small blob, and the size of a large one.
func (u *upload) readBlobOnce(ctx context.Context, b image.Blob) error {
	if b.Size > SmallBlob {
		size, err := u.stat(ctx, b.Digest)
		if err != nil {
			return fmt.Errorf("reading back the blob %s: %w", b.Digest, err)
		}
		if size != b.Size {
			return fmt.Errorf("reading back the blob %s: the registry has %d bytes of %d", b.Digest, size, b.Size)
		}
		return nil
	}
	stored, err := u.puller.Layer(ctx, u.repo.Digest(b.Digest.String()))
	if err != nil {
		return fmt.Errorf("reading back the blob %s: %w", b.Digest, err)
	}
	return compare(stored, b)
}

// compare reads a blob whole. go-containerregistry fails at the end of one that has another digest.
func compare(stored v1.Layer, want image.Blob) error {
	body, err := stored.Compressed()
	if err != nil {
		return fmt.Errorf("reading back the blob %s: %w", want.Digest, err)
	}
	defer body.Close()
	n, err := io.Copy(io.Discard, io.LimitReader(body, want.Size+1))
	if err != nil {
		return fmt.Errorf("reading back the blob %s: %w", want.Digest, err)
	}
	if n != want.Size {
		return fmt.Errorf("reading back the blob %s: the registry has more than its %d bytes", want.Digest, want.Size)
	}
	return nil
}

// otherContentError says that a reference leads to another manifest than the one that was pushed.
type otherContentError struct {
	ref       name.Reference
	got, want v1.Hash
}

// Error names both digests.
func (e *otherContentError) Error() string {
	return fmt.Sprintf("reading back %s: the registry has the digest %s, and %s was pushed", e.ref.Name(), e.got, e.want)
}

// moved tells whether the reference is a tag, which another client may have moved since.
func (e *otherContentError) moved() bool {
	_, ok := e.ref.(name.Tag)
	return ok && e.got != e.want
}

// shows checks that a reference leads to exactly the bytes of a manifest that was just stored there. A registry of several replicas
// may show that a moment later.
func (u *upload) shows(ctx context.Context, ref name.Reference, m image.Manifest) error {
	late := func(err error) bool {
		var other *otherContentError
		return isMissing(err) || errors.As(err, &other)
	}
	return behind(u.client.again(ctx, late, func() error { return u.same(ctx, ref, m) }))
}

// behind explains that a registry still does not show what it has just stored.
func behind(err error) error {
	var refused *transport.Error
	if !isMissing(err) || !errors.As(err, &refused) {
		return err
	}
	return fault.WithHint(fmt.Errorf("the registry has stored it and does not show it (%s): %w", status(refused), err),
		"push again in a while; where it stays so, its replicas or a cache before it are behind, or its storage loses what it takes")
}

// same checks that a reference leads to exactly the bytes of a manifest.
func (u *upload) same(ctx context.Context, ref name.Reference, m image.Manifest) error {
	got, err := u.puller.Get(ctx, ref)
	if err != nil {
		return fmt.Errorf("reading back %s: %w", ref.Name(), err)
	}
	if !bytes.Equal(got.Manifest, m.Raw) {
		return &otherContentError{ref: ref, got: got.Digest, want: m.Digest}
	}
	return nil
}
