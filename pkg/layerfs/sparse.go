package layerfs

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/spool"
)

// sparseStore keeps the content of a layer's sparse files as the tar reader gave it, without the blocks that are zero.
type sparseStore struct {
	spool  *spool.Spool
	buffer *spool.Buffer // nil until there is a sparse file
	sums   *sums
	data   *content // once the layer is read
}

// sparseFile is the content of one sparse file.
type sparseFile struct {
	store  *sparseStore
	size   int64
	blocks []int64 // the numbers of the blocks that are stored, rising
	start  int64   // where the first of them lies in the store
	stored int64   // bytes of the tar that it was read from
}

// isSparse tells whether a file's content does not lie in the tar in one piece, as far as the header says.
func isSparse(h *tar.Header) bool { return h.Typeflag == tar.TypeGNUSparse || hasSparseRecords(h) }

func hasSparseRecords(h *tar.Header) bool {
	for k := range h.PAXRecords {
		if strings.HasPrefix(k, "GNU.sparse.") {
			return true
		}
	}
	return false
}

// checkSparse refuses a file whose attributes say that it is sparse in a form that package archive/tar does not know
// (GNU tar, "Storing Sparse Files"): that gives the stored bytes under the header's name, where other readers give a
// file of another name or size.
func checkSparse(h *tar.Header) error {
	if !hasSparseRecords(h) {
		return nil
	}
	known := false
	switch h.PAXRecords["GNU.sparse.major"] + "." + h.PAXRecords["GNU.sparse.minor"] {
	case "1.0":
		known = true
	case "0.0", "0.1", ".":
		_, known = h.PAXRecords["GNU.sparse.map"]
	}
	if !known || h.Typeflag == tar.TypeGNUSparse {
		return fmt.Errorf("%q is a sparse file of an unknown form, which readers of tars take in different ways", h.Name)
	}
	return nil
}

// add reads a sparse file whole. head is filled with its beginning.
func (s *sparseStore) add(ctx context.Context, h *tar.Header, r io.Reader, head []byte) (*sparseFile, error) {
	// Holes cost nothing to store and much to read: they count as unpacked data.
	if err := s.spool.Reserve(h.Size); err != nil {
		return nil, fmt.Errorf("sparse file %q: %w", h.Name, err)
	}
	if s.buffer == nil {
		s.buffer, s.sums = s.spool.Buffer(), newSums()
	}
	f := &sparseFile{store: s, size: h.Size, start: s.buffer.Size()}
	block, zero := make([]byte, blockSize), make([]byte, blockSize)
	for i := int64(0); i*blockSize < h.Size; i++ {
		if i%1024 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		n := min(blockSize, h.Size-i*blockSize)
		if _, err := io.ReadFull(r, block[:n]); err != nil {
			return nil, fmt.Errorf("sparse file %q: %w", h.Name, err)
		}
		if i == 0 {
			copy(head, block)
		}
		if bytes.Equal(block[:n], zero[:n]) {
			continue
		}
		f.blocks = append(f.blocks, i)
		if _, err := io.MultiWriter(s.buffer, s.sums).Write(block); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// finish makes what was added readable. Nothing can be added afterwards.
func (s *sparseStore) finish() {
	if s.buffer != nil {
		s.data = newContent(s.buffer.ReaderAt(), s.buffer.Size(), s.sums)
	}
}

// ReadAt reads the file's content, zeros where nothing is stored.
func (f *sparseFile) ReadAt(p []byte, off int64) (int, error) {
	n := 0
	for n < len(p) && off < f.size {
		from := off % blockSize
		part := p[n:min(int64(len(p)), int64(n)+blockSize-from, int64(n)+f.size-off)]
		if k, stored := slices.BinarySearch(f.blocks, off/blockSize); !stored {
			clear(part)
		} else if _, err := f.store.data.ReadAt(part, f.start+int64(k)*blockSize+from); err != nil {
			return n, err
		}
		n += len(part)
		off += int64(len(part))
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}
