package secret

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
)

const (
	// windowSize is how many bytes of a file are held at a time.
	windowSize = 512 << 10
	// aheadSize is how many bytes behind a keyword have to be there to judge it, and behindSize how many before it.
	aheadSize, behindSize = keySize, 2 * leadSize
	// sniffSize is how much of a file tells whether it is a text.
	sniffSize = 8 << 10

	// maxFound is how many secrets are listed of one file.
	maxFound = 100
	// looksFree is how many places of a file are looked at more closely whatever its size, and looksBytes the number of bytes for
	// each more. It bounds the time that a file takes which is made of keywords.
	looksFree, looksBytes = 100_000, 64
)

// Searcher searches one file after the other.
type Searcher struct{ window []byte }

// File lists the secrets in a file of an image, in the order of the file. Only its path and its bytes count. It is read in
// windows, whatever its size.
func (b *Searcher) File(ctx context.Context, path string, r io.ReaderAt, size int64) ([]Found, error) {
	known, err := knownFile(path, r, size)
	if err != nil {
		return nil, fmt.Errorf("looking for secrets: %w", err)
	}
	if b.window == nil {
		b.window = make([]byte, windowSize)
	}
	s := &scan{ctx: ctx, r: r, size: size, looks: looksFree + size/looksBytes, values: map[string]bool{}}
	for _, f := range known {
		s.add(f)
	}
	if err := s.run(b.window); err != nil {
		return nil, fmt.Errorf("looking for secrets: %w", err)
	}
	return s.found, nil
}

// scan is the search through one file.
type scan struct {
	ctx    context.Context
	r      io.ReaderAt
	size   int64
	looks  int64 // how many more places may be looked at
	lines  int   // that ended before the window
	values map[string]bool
	found  []Found
	full   bool
}

// run goes through the file.
func (s *scan) run(buf []byte) error {
	where := textFile
	return s.windows(buf, func(window []byte, off int64, from, until int) {
		if off == 0 && bytes.IndexByte(window[:min(len(window), sniffSize)], 0) >= 0 {
			where = binaryFile
		}
		if off == 0 {
			s.addFile(window)
		}
		s.window(window, where, from, until, func(m match) { s.add(newFound(m, window, s.lines)) })
	})
}

// windows reads what is searched window by window. Each begins before the end of the last one, so that a secret over its border is
// whole in one of the two. look is told where the window begins and which of its bytes were not yet looked at and may be now.
func (s *scan) windows(buf []byte, look func(window []byte, off int64, from, until int)) error {
	seen := 0 // bytes at the beginning of the window that were looked at in the last one
	for off := int64(0); off < s.size && !s.full; {
		if err := s.ctx.Err(); err != nil {
			return err
		}
		window := buf[:min(s.size-off, windowSize)]
		n, err := s.r.ReadAt(window, off)
		if n < len(window) {
			return err
		}
		until := n
		if off+int64(n) < s.size {
			until = n - aheadSize
		}
		look(window, off, seen, until)
		if until == n {
			return nil
		}
		s.lines += bytes.Count(window[:until-behindSize], []byte{'\n'})
		off += int64(until - behindSize)
		seen = behindSize
	}
	return nil
}

// addFile adds the file itself where it is a private key, unless its name said so.
func (s *scan) addFile(window []byte) {
	class, typ := keyFile(window, s.size)
	if class != "" && !slices.ContainsFunc(s.found, func(f Found) bool { return f.Class == class }) {
		s.add(found{Found: Found{Class: class, Secret: Secret{Type: typ}}})
	}
}

// window looks at the keywords of a window that begin between from and until, and hands on what it finds.
func (s *scan) window(window []byte, where place, from, until int, found func(match)) {
	builtIn().find(window, where, from, until, func(m match, ok bool) bool {
		if s.looks--; s.looks < 0 {
			s.found = append(s.found, Found{Class: Unsearched, Secret: Secret{Type: "more text that looks like secrets than is looked at"}})
			s.full = true
			return false
		}
		if ok {
			found(m)
		}
		return !s.full
	})
}

// add adds a secret, unless the file was found to have it.
func (s *scan) add(f found) {
	if s.full || f.value != "" && s.values[f.value] {
		return
	}
	s.values[f.value] = true
	if len(s.found) == maxFound {
		s.found = append(s.found, Found{Class: Unsearched, Secret: Secret{Type: fmt.Sprintf("more than %d secrets", maxFound)}})
		s.full = true
		return
	}
	s.found = append(s.found, f.Found)
}
