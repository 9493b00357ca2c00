package layerfs

import (
	"fmt"
	"io"
	"sync"
)

// content is a layer's uncompressed bytes. It remembers that they could not be read: what reads them afterwards may well
// pass over the failure.
type content struct {
	io.ReaderAt
	size int64

	mu  sync.Mutex
	err error
}

// ReadAt reads from the uncompressed layer.
func (c *content) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.ReaderAt.ReadAt(p, off)
	if n < len(p) && off+int64(n) < c.size {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.err == nil {
			c.err = fmt.Errorf("reading at byte %d: %w", off+int64(n), err)
		}
	}
	return n, err
}
