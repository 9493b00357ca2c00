package layerfs

import (
	"errors"
	"io"
	"sync"
)

// tap reads a stream in large chunks and hands each of them to a hash, which works beside whoever reads: a reader of a
// tar looks at the headers and skips the rest.
type tap struct {
	src     io.Reader
	pos     int64  // of the next byte to be read, from the stream's beginning
	rest    []byte // of the current chunk
	current *chunk
	err     error // of src

	free   chan *chunk
	toHash chan *chunk
	hashed sync.WaitGroup
}

// chunk is a part of the stream. Its buffer is used again when both the reader and the hash are done with it.
type chunk struct {
	buf  []byte
	n    int
	done sync.WaitGroup
}

const (
	chunkSize = 1 << 18
	chunks    = 4
)

// newTap reads src and adds what it reads to a hash, which never fails. The tap must be finished, whatever happens.
func newTap(src io.Reader, h io.Writer) *tap {
	t := &tap{src: src, free: make(chan *chunk, chunks), toHash: make(chan *chunk, chunks)}
	for range chunks {
		t.free <- &chunk{buf: make([]byte, chunkSize)}
	}
	t.hashed.Go(func() {
		for c := range t.toHash {
			h.Write(c.buf[:c.n])
			c.done.Done()
		}
	})
	return t
}

// next makes the next chunk the current one.
func (t *tap) next() error {
	if t.current != nil {
		t.current.done.Wait()
		t.free <- t.current
		t.current = nil
	}
	if t.err != nil {
		return t.err
	}
	c := <-t.free
	for c.n = 0; c.n < len(c.buf) && t.err == nil; {
		var n int
		n, t.err = t.src.Read(c.buf[c.n:])
		c.n += n
	}
	if c.n == 0 {
		t.free <- c
		return t.err
	}
	c.done.Add(1)
	t.toHash <- c
	t.current, t.rest = c, c.buf[:c.n]
	return nil
}

// Read reads on.
func (t *tap) Read(p []byte) (int, error) {
	for len(t.rest) == 0 {
		if err := t.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, t.rest)
	t.rest = t.rest[n:]
	t.pos += int64(n)
	return n, nil
}

// Seek skips bytes ahead; at the end of the stream it stops. It is what a tar reader asks of an io.Seeker.
func (t *tap) Seek(offset int64, whence int) (int64, error) {
	if whence != io.SeekCurrent || offset < 0 {
		return 0, errors.New("a layer can only be read forwards")
	}
	for offset > 0 {
		if len(t.rest) == 0 {
			if err := t.next(); errors.Is(err, io.EOF) {
				return t.pos, nil
			} else if err != nil {
				return t.pos, err
			}
		}
		n := min(offset, int64(len(t.rest)))
		t.rest = t.rest[n:]
		t.pos += n
		offset -= n
	}
	return t.pos, nil
}

// drain reads to the end of the stream.
func (t *tap) drain() error {
	for {
		if err := t.next(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		t.pos += int64(len(t.rest))
		t.rest = nil
	}
}

// finish waits until all that was read is hashed. Nothing can be read afterwards.
func (t *tap) finish() {
	close(t.toHash)
	t.hashed.Wait()
}
