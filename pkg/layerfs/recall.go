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

// recallKnown is a layer of which the store knows what it holds. It is nil for another one, which has to be read.
func (t *FS) recallKnown(l *image.Layer, id image.LayerID, sp *spool.Spool, entries *atomic.Int64) (*layer, error) {
	known := recallLayer(t.store, l, id)
	switch {
	case known == nil && l.Absent:
		return nil, ErrAbsent
	case known == nil:
		return nil, nil
	case l.Absent:
		known.content = &absent{}
	default:
		u := &unread{ctx: t.ctx, of: l, size: known.size, inPlace: id.Digest == id.DiffID, spool: sp}
		if err := u.reserve(); err != nil {
			return nil, err
		}
		known.content = u
	}
	known.known = sync.OnceValue(func() keptContent { return recallContent(t.store, id) }) // whoever needs what is not there finds out
	return known, countEntries(entries, len(known.records))
}

// recalled is what is kept of the content of a layer that was recalled.
func (l *layer) recalled() keptContent {
	if l.known == nil {
		return keptContent{}
	}
	return l.known()
}

// recallLayer is a layer with the entries that an earlier run has kept, and nothing yet to read their content from. It is nil where none
// has, or something else is there.
func recallLayer(from kept.Store, l *image.Layer, id image.LayerID) *layer {
	var known keptLayer
	if !kept.Get(from, entriesKey(id), &known) || known.Sparse && !l.Absent {
		return nil
	}
	if inPlace := id.Digest == id.DiffID; inPlace && !l.Absent && known.Size != l.Stored().Size() {
		return nil
	}
	out := &layer{size: known.Size}
	var ok bool
	if out.records, ok = known.records(l.Index, out); !ok {
		return nil
	}
	return out
}

// unread is the content of a known layer: the layer is read when something of it is that is not kept.
type unread struct {
	ctx     context.Context
	of      *image.Layer
	size    int64 // of the uncompressed layer, in bytes
	inPlace bool  // its bytes are stored uncompressed
	spool   *spool.Spool

	once    sync.Once
	content *content
	err     error
	failures
}

// ReadAt reads uncompressed bytes.
func (u *unread) ReadAt(b []byte, off int64) (int, error) {
	u.once.Do(func() { u.content, u.err = u.read() })
	if u.err != nil {
		return 0, u.failed(u.err)
	}
	n, err := u.content.ReadAt(b, off)
	if failure := u.content.failure(); failure != nil {
		return n, u.failed(failure)
	}
	return n, err
}

// reserve counts the layer as unpacked, as if it were.
func (u *unread) reserve() error {
	if u.inPlace {
		return nil
	}
	return readError(u.spool.Reserve(u.size))
}

// read reads the layer, whose bytes have to give its diff ID.
func (u *unread) read() (*content, error) {
	stored := u.of.Stored()
	raw := bufio.NewReaderSize(spool.WithContext(u.ctx, stored), chunkSize)
	from, data := io.Reader(raw), func() (io.ReaderAt, int64) { return stored, stored.Size() }
	if !u.inPlace {
		u.spool.Return(u.size)
		compression, err := image.SniffCompression(raw)
		if err != nil {
			return nil, err
		}
		unpacked, err := image.Decompress(raw, compression)
		if err != nil {
			return nil, readError(err)
		}
		defer unpacked.Close()
		buffer := u.spool.Buffer()
		from, data = io.TeeReader(unpacked, buffer), func() (io.ReaderAt, int64) { return buffer.ReaderAt(), buffer.Size() }
	}
	h, s := sha256.New(), newSums()
	t := newTap(from, io.MultiWriter(h, s))
	err := t.drain()
	if t.finish(); err != nil {
		return nil, readError(err)
	}
	at, size := data()
	if got := digest(h); got.String() != u.of.DiffID || size != u.size {
		return nil, fmt.Errorf("it has %d bytes with the digest %s, which are not those of its diff ID", size, got)
	}
	return newContent(at, size, s), nil
}
