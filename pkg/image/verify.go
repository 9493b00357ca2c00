package image

import (
	"bufio"
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"slices"
	"sync/atomic"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"golang.org/x/sync/errgroup"

	"github.com/layergate/layergate/pkg/progress"
	"github.com/layergate/layergate/pkg/spool"
)

// Expect settles which digest the stored bytes of each layer have to have, where no manifest says so: a layer that is not compressed has
// that of its diff ID, and others are hashed. So LayerIDs names the layers before they are verified.
func (p *Platform) Expect(ctx context.Context) error {
	for i, l := range p.Layers {
		if l.Digest != (v1.Hash{}) {
			continue
		}
		compression, err := SniffCompression(bufio.NewReader(l.Stored()))
		switch {
		case err != nil:
		case compression == Uncompressed:
			l.Digest = p.Config.RootFS.DiffIDs[i]
		default:
			l.Digest, err = l.hash(ctx, nil)
		}
		if err != nil {
			return fmt.Errorf("reading layer %d: %w", i, err)
		}
	}
	return nil
}

// HaveDigests hashes the stored bytes of layers, some of them at a time, and tells whether they have the digests that are expected.
func HaveDigests(ctx context.Context, layers []*Layer, parallel int, read *progress.Meter) (bool, error) {
	layers = slices.Clone(layers)
	slices.SortStableFunc(layers, func(a, b *Layer) int { return cmp.Compare(b.data.Size(), a.data.Size()) }) // the largest is not to be the last
	var differ atomic.Bool
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for _, l := range layers {
		group.Go(func() error {
			got, err := l.hash(groupCtx, read)
			if err != nil {
				return fmt.Errorf("reading layer %d: %w", l.Index, err)
			}
			if got != l.Digest {
				differ.Store(true)
			}
			return nil
		})
	}
	err := group.Wait()
	return err == nil && !differ.Load(), err
}

// hashAtOnce is how many bytes are read at a time to be hashed.
const hashAtOnce = 1 << 18

// hash is the digest of the stored bytes.
func (l *Layer) hash(ctx context.Context, read *progress.Meter) (v1.Hash, error) {
	h := sha256.New()
	from := read.Reader(spool.WithContext(ctx, l.Stored()))
	if _, err := io.CopyBuffer(struct{ io.Writer }{h}, from, make([]byte, hashAtOnce)); err != nil {
		return v1.Hash{}, err
	}
	return sha256Hash(h), nil
}
