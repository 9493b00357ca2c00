package layerfs

import (
	"fmt"
	"hash/maphash"
	"io"
	"sync"

	"github.com/layergate/layergate/pkg/fault"
)

// blockSize is how many bytes are checked at a time when they are read again.
const blockSize = 4096

// sums are checksums of a stream's blocks, of a hash that is keyed with a random number: whoever writes to the bytes
// cannot choose others of the same checksum.
type sums struct {
	seed   maphash.Seed
	blocks []uint64
	rest   []byte // of a block that is not complete yet
}

func newSums() *sums { return &sums{seed: maphash.MakeSeed()} }

// Write adds what follows in the stream.
func (s *sums) Write(p []byte) (int, error) {
	n := len(p)
	if len(s.rest) > 0 {
		k := min(blockSize-len(s.rest), len(p))
		s.rest = append(s.rest, p[:k]...)
		if p = p[k:]; len(s.rest) < blockSize {
			return n, nil
		}
		s.finish()
	}
	for ; len(p) >= blockSize; p = p[blockSize:] {
		s.blocks = append(s.blocks, maphash.Bytes(s.seed, p[:blockSize]))
	}
	s.rest = append(s.rest, p...)
	return n, nil
}

// finish adds the last block, which may be a short one.
func (s *sums) finish() {
	if len(s.rest) > 0 {
		s.blocks = append(s.blocks, maphash.Bytes(s.seed, s.rest))
		s.rest = s.rest[:0]
	}
}

// are tells whether p is block i.
func (s *sums) are(i int64, p []byte) bool {
	return i < int64(len(s.blocks)) && maphash.Bytes(s.seed, p) == s.blocks[i]
}

// content reads bytes that were hashed before, and gives no others: a file may be written to between the reading that
// proves its digest and a later one, even without its times' changing. It remembers that something could not be read,
// since what reads it may well pass over the failure.
type content struct {
	data    io.ReaderAt
	size    int64
	sums    *sums
	buffers sync.Pool // of *[blockSize]byte
	failures
}

// failures remembers the first failure of what is read by several goroutines.
type failures struct {
	mu  sync.Mutex
	err error
}

// newContent reads data, which has the sums of what was hashed.
func newContent(data io.ReaderAt, size int64, s *sums) *content {
	s.finish()
	return &content{data: data, size: size, sums: s, buffers: sync.Pool{New: func() any { return new([blockSize]byte) }}}
}

// ReadAt reads whole blocks and checks each.
func (c *content) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, fmt.Errorf("reading at byte %d", off)
	}
	n := 0
	for n < len(p) && off < c.size {
		k, err := c.readBlocks(p[n:], off)
		if err != nil {
			return n, c.failed(err)
		}
		n += k
		off += int64(k)
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// readBlocks reads as many whole blocks as p holds, or a part of one.
func (c *content) readBlocks(p []byte, off int64) (int, error) {
	first, from := off/blockSize, off%blockSize
	length := min(blockSize, c.size-first*blockSize)
	if from > 0 || int64(len(p)) < length {
		buf := c.buffers.Get().(*[blockSize]byte)
		defer c.buffers.Put(buf)
		if err := c.readChecked(buf[:length], first); err != nil {
			return 0, err
		}
		return copy(p, buf[from:length]), nil
	}
	length = min(int64(len(p)), c.size-off)
	if off+length < c.size {
		length -= length % blockSize
	}
	return int(length), c.readChecked(p[:length], first)
}

// readChecked reads blocks from the first on.
func (c *content) readChecked(p []byte, first int64) error {
	off := first * blockSize
	if n, err := c.data.ReadAt(p, off); n < len(p) {
		return fmt.Errorf("reading at byte %d: %w", off+int64(n), err)
	}
	for i := first; len(p) > 0; i++ {
		block := p[:min(blockSize, len(p))]
		if !c.sums.are(i, block) {
			clear(p)
			return fault.WithHint(fmt.Errorf("the bytes from %d on changed since their digest was checked", i*blockSize),
				"let nothing else write to the image while it is scanned, and run again")
		}
		p = p[len(block):]
	}
	return nil
}

// failed remembers the first failure.
func (f *failures) failed(err error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err == nil {
		f.err = err
	}
	return err
}

// failure is the first failure to read, or nil.
func (f *failures) failure() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}
