package image

import (
	"bufio"
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"slices"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"golang.org/x/sync/errgroup"

	"github.com/layergate/layergate/pkg/fault"
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

// CheckDigests hashes the stored bytes of layers, some of them at a time. Where they do not have the digests that are expected, or cannot be
// read, it returns the first of the layers of which that is so, and what is wrong with it.
func CheckDigests(ctx context.Context, layers []*Layer, parallel int, read *progress.Meter) (wrong *Layer, err error) {
	order := make([]int, len(layers))
	for i := range order {
		order[i] = i
	}
	size := func(i int) int64 { return layers[i].data.Size() }
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(size(b), size(a)) }) // the largest is not to be the last
	errs := make([]error, len(layers))
	var group errgroup.Group
	group.SetLimit(parallel)
	for _, i := range order {
		group.Go(func() error {
			errs[i] = layers[i].checkDigest(ctx, read)
			return nil
		})
	}
	_ = group.Wait() // the failures are in errs
	for i, err := range errs {
		if err != nil {
			return layers[i], layers[i].Failed(err)
		}
	}
	return nil, nil
}

func (l *Layer) checkDigest(ctx context.Context, read *progress.Meter) error {
	got, err := l.hash(ctx, read)
	switch {
	case err != nil:
		return err
	case got != l.Digest && l.Digest.String() == l.DiffID:
		return NotDiffID(got)
	}
	return l.Verified(got)
}

// Failed is an error of reading the layer.
func (l *Layer) Failed(err error) error {
	return fmt.Errorf("reading layer %d (%s): %w", l.Index, l.DiffID, err)
}

// NotDiffID says that what a layer unpacks to has another digest than its diff ID.
func NotDiffID(got v1.Hash) error {
	return fault.WithHint(fmt.Errorf("its content does not match its diff ID: it has the digest %s", got), hintChanged)
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
