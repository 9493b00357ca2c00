package secret

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
)

// Placed is a secret in a part of a tar.
type Placed struct {
	Found
	Offset int64 // in the tar
}

// Parts lists the secrets in parts of a tar, such as its headers: what is known by its own form, as Tokens finds it, each value once.
func (b *Searcher) Parts(ctx context.Context, parts []*io.SectionReader) ([]Placed, error) {
	if b.window == nil {
		b.window = make([]byte, windowSize)
	}
	s := &scan{ctx: ctx, looks: looksFree, values: map[string]bool{}}
	for _, p := range parts {
		s.looks += p.Size() / looksBytes
	}
	var out []Placed
	for _, p := range parts {
		_, begin, size := p.Outer()
		s.r, s.size = p, size
		err := s.windows(b.window, func(window []byte, off int64, from, until int) {
			partHeaders(window, begin+off)
			s.fields(window, from, until, func(m match) {
				f := newFound(m, window, 0)
				f.Line = 0
				if s.add(f); len(s.found) > len(out) {
					out = append(out, Placed{s.found[len(out)], begin + off + int64(m.start)})
				}
			})
		})
		if err != nil {
			return nil, fmt.Errorf("looking for secrets: %w", err)
		}
		for _, f := range s.found[len(out):] { // that it was given up
			out = append(out, Placed{f, begin})
		}
	}
	return out, nil
}

// RedactPath hides in a path, or in a text that names some, what Parts finds in it: each secret reads ***.
func RedactPath(path string) string {
	var found []match
	s := &scan{looks: looksFree}
	s.fields([]byte(path), 0, len(path), func(m match) { found = append(found, m) })
	return hideAll(path, apart(found))
}

// fields looks at a window whose fields null bytes end, and then at the elements of the paths in it: many tokens are only known by what ends
// them, which in a path is a slash or a dot. What was found is blanked, so that no part of it is found again.
func (s *scan) fields(window []byte, from, until int, found func(match)) {
	take := func(m match) {
		found(m)
		for i := m.start; i < m.end; i++ {
			window[i] = '\n'
		}
	}
	lines(window, 0, 0)
	looks := s.looks
	s.window(window, textFile, from, until, take)
	if bytes.Contains(window, []byte("://")) || bytes.IndexByte(window, ';') >= 0 {
		text := string(window)
		for _, m := range apart(slices.Concat(passwords(text), connections(text))) {
			take(m)
		}
	}
	if s.looks == looks {
		return // no keyword is there, and other ends make none
	}
	lines(window, '/', '.')
	s.window(window, textFile, from, until, take)
}

// partHeaders parts the texts in headers of a tar (POSIX.1-2017, pax, "ustar Interchange Format") from the numbers that stand right beside them: the name,
// the target of a link and the owner. at is where the window begins in the tar, whose headers begin at multiples of 512 bytes.
func partHeaders(window []byte, at int64) {
	const block = 512
	for i := int(-at & (block - 1)); i+block <= len(window); i += block {
		if h := window[i : i+block]; string(h[257:262]) == "ustar" {
			h[100], h[156], h[257], h[264] = 0, 0, 0, 0
		}
	}
}

// lines ends a line at each of two bytes.
func lines(text []byte, one, other byte) {
	for i, c := range text {
		if c == one || c == other {
			text[i] = '\n'
		}
	}
}
