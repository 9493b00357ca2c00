package layerfs

import (
	"io"
	"sync"
)

// Window reads something of which a part is kept: what is read next mostly stands behind what was read last, and most of it is small. It is
// safe for concurrent use.
type Window struct {
	of   io.ReaderAt
	size int

	mu   sync.Mutex // for what follows
	part []byte
	from int64
	n    int
}

// NewWindow keeps a part of so many bytes, of which there must be some blocks.
func NewWindow(of io.ReaderAt, size int) *Window { return &Window{of: of, size: size} }

// ReadAt reads from the part that is kept, or a new one of it. What fills much of a part is read by itself.
func (w *Window) ReadAt(p []byte, off int64) (int, error) {
	if len(p) > w.size/2 || off < 0 {
		return w.of.ReadAt(p, off)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if off < w.from || off+int64(len(p)) > w.from+int64(w.n) {
		if w.part == nil {
			w.part = make([]byte, w.size)
		}
		w.from = off - off%blockSize
		w.n, _ = w.of.ReadAt(w.part, w.from)
		w.n = max(w.n, 0)
	}
	if n := copy(p, w.part[min(off-w.from, int64(w.n)):w.n]); n < len(p) {
		return w.of.ReadAt(p, off) // which says why
	}
	return len(p), nil
}
