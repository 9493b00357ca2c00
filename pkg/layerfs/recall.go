package layerfs

import (
	"bufio"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"sync"
	"sync/atomic"

	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/kept"
	"github.com/layergate/layergate/pkg/spool"
)

// recallKnown is a layer of which the store knows what it holds, and whose bytes are the layer's or were left in the registry. It is nil
// for another one, which has to be read.
func (t *FS) recallKnown(ctx context.Context, l *image.Layer, id image.LayerID, sp *spool.Spool, entries *atomic.Int64) (*layer, error) {
	known := recallLayer(t.store, l, id)
	switch {
	case known == nil && l.Absent:
		return nil, ErrAbsent
	case known == nil:
		return nil, nil
	case l.Absent:
		known.content = &absent{}
	default:
		proven, err := known.prove(ctx, t.ctx, l, sp)
		if err != nil || !proven {
			return nil, err
		}
	}
	if _, inPlace := known.content.(*content); !inPlace {
		known.known = recallContent(t.store, id) // whoever needs one that is not there finds out
	}
	return known, countEntries(entries, len(known.records))
}

// recallLayer is a layer with the entries that an earlier run has kept, and nothing yet to read their content from. It is nil where none
// has, or something else is there.
func recallLayer(from kept.Store, l *image.Layer, id image.LayerID) *layer {
	var known keptLayer
	if !kept.Get(from, entriesKey(id), &known) || known.Sparse && !l.Absent {
		return nil
	}
	out := &layer{size: known.Size}
	var ok bool
	if out.records, ok = known.records(l.Index, out); !ok {
		return nil
	}
	return out
}

// prove hashes the stored bytes of a layer that was recalled, and tells whether they are those of which it is known what they hold. Then
// content is read from them: in place, or unpacked once somebody asks for it, until later ends.
func (l *layer) prove(ctx, later context.Context, of *image.Layer, sp *spool.Spool) (bool, error) {
	stored := of.Stored()
	h, s := sha256.New(), newSums()
	t := newTap(spool.WithContext(ctx, stored), io.MultiWriter(h, s))
	err := t.drain()
	if t.finish(); err != nil {
		return false, readError(err)
	}
	got := digest(h)
	if got != of.Digest {
		return false, nil
	}
	plain := newContent(stored, stored.Size(), s)
	if got.String() == of.DiffID {
		l.content = plain
		return l.size == stored.Size(), nil
	}
	// It counts as unpacked, as if it were.
	if err := sp.Reserve(l.size); err != nil {
		return false, readError(err)
	}
	l.content = &packed{ctx: later, stored: plain, spool: sp, size: l.size, diffID: of.DiffID}
	return true, nil
}

// packed is the content of a compressed layer, which is unpacked when something is read of it.
type packed struct {
	ctx    context.Context
	stored *content
	spool  *spool.Spool
	size   int64 // of what it unpacks to, in bytes
	diffID string

	once    sync.Once
	content *content
	err     error
	failures
}

// ReadAt reads unpacked bytes.
func (p *packed) ReadAt(b []byte, off int64) (int, error) {
	p.once.Do(func() { p.content, p.err = p.unpack() })
	if p.err != nil {
		return 0, p.failed(p.err)
	}
	n, err := p.content.ReadAt(b, off)
	if failure := p.content.failure(); failure != nil {
		return n, p.failed(failure)
	}
	return n, err
}

// unpack unpacks the layer, whose bytes have to give its diff ID.
func (p *packed) unpack() (*content, error) {
	p.spool.Return(p.size)
	raw := bufio.NewReaderSize(spool.WithContext(p.ctx, io.NewSectionReader(p.stored, 0, p.stored.size)), chunkSize)
	compression, err := image.SniffCompression(raw)
	if err != nil {
		return nil, err
	}
	unpacked, err := image.Decompress(raw, compression)
	if err != nil {
		return nil, readError(err)
	}
	defer unpacked.Close()
	buffer, h, s := p.spool.Buffer(), sha256.New(), newSums()
	t := newTap(io.TeeReader(unpacked, buffer), io.MultiWriter(h, s))
	err = t.drain()
	if t.finish(); err != nil {
		return nil, readError(err)
	}
	if got := digest(h); got.String() != p.diffID || buffer.Size() != p.size {
		return nil, fmt.Errorf("it unpacks to %d bytes with the digest %s, which are not those of its diff ID", buffer.Size(), got)
	}
	return newContent(buffer.ReaderAt(), buffer.Size(), s), nil
}
