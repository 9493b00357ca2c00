// Package spool holds bytes that had to be unpacked: in memory up to a budget, on disk past it, and never more than a
// limit in all, so that a small archive cannot fill the machine.
//
// Of this project it imports pkg/disk and pkg/fault only.
package spool

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/layergate/layergate/pkg/disk"
	"github.com/layergate/layergate/pkg/fault"
)

// Config bounds a Spool. All sizes are bytes.
type Config struct {
	Dir    string        // an existing directory for what does not fit into memory
	Memory int64         // budget of memory, shared by all buffers; 0 sends everything to disk
	Limit  int64         // most bytes that may be spooled in all; 0 or less means no limit
	Free   disk.FreeFunc // tells the free space of Dir; nil asks the system
}

// ErrLimit says that unpacking went past Config.Limit.
var ErrLimit = errors.New("unpacked data exceeds the limit")

// Spool makes buffers. It is safe for concurrent use.
type Spool struct {
	cfg   Config
	space *disk.Space

	mu    sync.Mutex
	mem   int64
	total int64
	files []*os.File

	readers []*os.File // of the same files
}

// New makes a spool within cfg.
func New(cfg Config) *Spool {
	dir := cfg.Dir
	if dir == "" {
		dir = os.TempDir() // as os.CreateTemp has it
	}
	return &Spool{cfg: cfg, space: disk.NewSpace(dir, cfg.Free)}
}

// Close frees all buffers and removes their files.
func (s *Spool) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for _, f := range s.readers {
		errs = append(errs, f.Close())
	}
	for _, f := range s.files {
		errs = append(errs, f.Close(), os.Remove(f.Name()))
	}
	s.files, s.readers = nil, nil
	return errors.Join(errs...)
}

// Reserve counts n bytes against the limit without storing anything, for data that expands when it is read.
func (s *Spool) Reserve(n int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cfg.Limit > 0 && (n > s.cfg.Limit || s.total > s.cfg.Limit-n) {
		return fault.WithHint(fmt.Errorf("%w of %d bytes", ErrLimit, s.cfg.Limit),
			fault.Hintf("if the image is really that large, raise %s", fault.Input("max-unpacked-size")))
	}
	s.total += n
	return nil
}

// Return gives back n bytes that were reserved, since they are to be spooled now.
func (s *Spool) Return(n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.total -= n
}

// Left is how many bytes more may be spooled; ok is false where there is no limit.
func (s *Spool) Left() (n int64, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cfg.Limit - s.total, s.cfg.Limit > 0
}

// Buffer is one sequence of bytes: written once from the start, then read in any order.
type Buffer struct {
	spool  *Spool
	mem    memory
	file   *os.File // nil while all is in memory
	reader *os.File // the same file, opened for reading only
	size   int64
}

// Buffer makes an empty buffer.
func (s *Spool) Buffer() *Buffer { return &Buffer{spool: s} }

// Write appends p, and moves the buffer to disk when memory runs out.
func (b *Buffer) Write(p []byte) (int, error) {
	if err := b.spool.Reserve(int64(len(p))); err != nil {
		return 0, err
	}
	if b.file == nil && !b.spool.takeMemory(int64(len(p))) {
		if err := b.moveToDisk(); err != nil {
			return 0, err
		}
	}
	var n int
	var err error
	if b.file != nil {
		n, err = b.writeFile(p)
	} else {
		n, err = b.mem.Write(p)
	}
	b.size += int64(n)
	if err != nil {
		return n, fmt.Errorf("spooling unpacked data: %w", err)
	}
	return n, nil
}

// writeFile writes to the file while the disk has room.
func (b *Buffer) writeFile(p []byte) (int, error) {
	if err := b.spool.space.Take(int64(len(p))); err != nil {
		return 0, err
	}
	n, err := b.file.Write(p)
	return n, b.spool.space.Explain(int64(len(p)-n), err)
}

// writerFunc is a function as an io.Writer.
type writerFunc func([]byte) (int, error)

// Write calls the function.
func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// Size is the number of bytes written.
func (b *Buffer) Size() int64 { return b.size }

// ReaderAt reads what was written. Writing more afterwards is not allowed. What is on disk is read through an *os.File
// that cannot be written to.
func (b *Buffer) ReaderAt() io.ReaderAt {
	if b.file != nil {
		return b.reader
	}
	return &b.mem
}

func (b *Buffer) moveToDisk() error {
	f, err := os.CreateTemp(b.spool.cfg.Dir, "spool-*")
	if err != nil {
		return fmt.Errorf("creating a spool file: %w", err)
	}
	b.spool.mu.Lock()
	b.spool.files = append(b.spool.files, f)
	b.spool.mem -= b.mem.size
	b.spool.mu.Unlock()
	b.file = f
	if b.reader, err = b.spool.openAgain(f); err != nil {
		return fmt.Errorf("opening a spool file: %w", err)
	}
	if _, err := b.mem.WriteTo(writerFunc(b.writeFile)); err != nil {
		return fmt.Errorf("spooling unpacked data: %w", err)
	}
	b.mem = memory{}
	return nil
}

// openAgain opens a spool file for reading.
func (s *Spool) openAgain(f *os.File) (*os.File, error) {
	r, err := os.Open(f.Name())
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.readers = append(s.readers, r)
	return r, nil
}

func (s *Spool) takeMemory(n int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mem+n > s.cfg.Memory {
		return false
	}
	s.mem += n
	return true
}

// WithContext reads r until ctx ends; then reading fails with the context's error.
func WithContext(ctx context.Context, r io.Reader) io.Reader { return contextReader{ctx, r} }

type contextReader struct {
	ctx context.Context
	r   io.Reader
}

// Read reads on while the context lasts.
func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
