package layerfs

import (
	"fmt"
	"hash"
	"io"
	"sync"
)

// sumOf is the hash of a file's content.
type sumOf struct {
	Offset    int64 // which tells the files of a layer apart
	Algorithm string
}

// copySize is how many bytes are hashed at a time.
const copySize = 64 << 10

var copyBuffers = sync.Pool{New: func() any { return new([copySize]byte) }}

// Sum is the hash of a regular file's content. algorithm names what h makes, and nothing else. Where the store of NewKeeping has the
// hash, nothing is read: a run knows it of layers whose bytes it does not have.
func (v View) Sum(f File, algorithm string, h hash.Hash) ([]byte, error) {
	if f.Entry == nil || f.Type != Regular {
		return nil, fmt.Errorf("%s is not a regular file", f.Path)
	}
	of := sumOf{f.offset, algorithm}
	if sum := f.data.recalled().Sums[of]; len(sum) == h.Size() {
		return sum, nil
	}
	buf := copyBuffers.Get().(*[copySize]byte)
	defer copyBuffers.Put(buf)
	if _, err := io.CopyBuffer(struct{ io.Writer }{h}, struct{ io.Reader }{f.content()}, buf[:]); err != nil {
		return nil, err
	}
	sum := h.Sum(nil)
	if v.fs.store != nil {
		f.data.noted.sum(of, sum)
	}
	return sum, nil
}
