package secret

import "slices"

// automaton finds many words in a text at once, whatever their case (Aho and Corasick, "Efficient String Matching"). It
// looks at each byte once, in one table that fits into the processor's cache.
type automaton struct {
	class [256]uint8 // of each byte: those that no word has are one
	width uint32     // of a row: the number of classes
	// next has a row for each state, with the row of the following state for each class, and the mark ended where words end in that. It is
	// as large as an index of 16 bits reaches, so that none is compared with its length, which would take as long as all else.
	next *[tableSize]uint32
	ends [][]int32 // of each state, which words end there
	// before is how many bytes before the end of a word it may begin: the length of the longest without its last.
	before int
}

const (
	tableSize = 1 << 16
	// ended marks a row in the table. What is left without it are the 16 bits of the row.
	ended = 1 << 31
)

// newAutomaton takes the words in lower case.
func newAutomaton(words []string) *automaton {
	a := &automaton{width: 1, next: new([tableSize]uint32)}
	for _, w := range words {
		for _, b := range []byte(w) {
			if a.class[b] == 0 {
				a.class[b] = uint8(a.width)
				if 'a' <= b && b <= 'z' {
					a.class[b-'a'+'A'] = uint8(a.width)
				}
				a.width++
			}
		}
	}
	a.grow()
	for i, w := range words {
		a.before = max(a.before, len(w)-1)
		a.add(w, int32(i))
	}
	a.link()
	a.mark()
	return a
}

// grow adds a state without followers and returns its row.
func (a *automaton) grow() uint32 {
	row := uint32(len(a.ends)) * a.width
	if row+a.width > tableSize {
		panic("secret: more keywords than the table of the automaton has room for") // they are a part of the program
	}
	a.ends = append(a.ends, nil)
	return row
}

// add puts a word into the tree of words. 0, the row of the root, stands for no follower.
func (a *automaton) add(word string, i int32) {
	row := uint32(0)
	for _, b := range []byte(word) {
		at := row + uint32(a.class[b])
		if a.next[at] == 0 {
			n := a.grow()
			a.next[at] = n
		}
		row = a.next[at]
	}
	a.ends[row/a.width] = append(a.ends[row/a.width], i)
}

// link fills in where each state goes on when no word of the tree does: to that of the longest end of what was read.
func (a *automaton) link() {
	fail := make([]uint32, len(a.ends))
	var queue []uint32
	for c := range a.width {
		if n := a.next[c]; n != 0 {
			queue = append(queue, n)
		}
	}
	for len(queue) > 0 {
		row := queue[0]
		queue = queue[1:]
		back := fail[row/a.width]
		a.ends[row/a.width] = slices.Concat(a.ends[row/a.width], a.ends[back/a.width])
		for c := range a.width {
			if n := a.next[row+c]; n != 0 {
				fail[n/a.width] = a.next[back+c]
				queue = append(queue, n)
			} else {
				a.next[row+c] = a.next[back+c]
			}
		}
	}
}

// mark marks the rows in which words end.
func (a *automaton) mark() {
	for at, row := range a.next {
		if len(a.ends[row/a.width]) > 0 {
			a.next[at] |= ended
		}
	}
}

// lanes is how many parts of a text are gone through in turn. Where one part goes on is known only after the table was read; meanwhile
// the processor reads it for the others.
const lanes = 4

// hit is a state in which words end, and where in the text that is.
type hit struct {
	row uint32
	end int
}

// find calls found with each word in the text and where it ends, in the order of the ends, until that returns false.
func (a *automaton) find(text []byte, found func(word int32, end int) bool) {
	for _, hits := range a.hits(text) {
		for _, h := range hits {
			for _, w := range a.ends[h.row/a.width] {
				if !found(w, h.end) {
					return
				}
			}
		}
	}
}

// hits lists where words end, in the text's parts. Each part but the first begins so much before its share of the text that no word of
// that is missed.
func (a *automaton) hits(text []byte) (out [lanes][]hit) {
	step := (len(text) - a.before) / lanes
	if step < a.before {
		out[0] = a.walk(nil, text, 0, 0)
		return out
	}
	var parts [lanes][]byte
	for k := range parts {
		parts[k] = text[k*step:][:a.before+step]
	}
	var rows [lanes]uint32
	for i := a.pass(&parts, 0, &rows); i <= len(parts[0]); i = a.pass(&parts, i, &rows) {
		for k, row := range rows {
			if row&ended != 0 && (k == 0 || i > a.before) {
				out[k] = append(out[k], hit{row &^ ended, k*step + i})
			}
		}
	}
	done := lanes*step + a.before
	out[lanes-1] = a.walk(out[lanes-1], text[done:], done, rows[lanes-1])
	return out
}

// pass goes on from a place in the parts, which are of one length, and from its rows there to behind the next byte with which a word ends in any
// of them. What it returns is larger than their length where none does.
func (a *automaton) pass(parts *[lanes][]byte, from int, rows *[lanes]uint32) int {
	next := a.next
	t0 := parts[0]
	t1, t2, t3 := parts[1][:len(t0)], parts[2][:len(t0)], parts[3][:len(t0)]
	r0, r1, r2, r3 := rows[0], rows[1], rows[2], rows[3]
	for i := from; i < len(t0); i++ {
		r0 = next[uint16(r0)+uint16(a.class[t0[i]])]
		r1 = next[uint16(r1)+uint16(a.class[t1[i]])]
		r2 = next[uint16(r2)+uint16(a.class[t2[i]])]
		r3 = next[uint16(r3)+uint16(a.class[t3[i]])]
		if (r0|r1|r2|r3)&ended != 0 {
			*rows = [lanes]uint32{r0, r1, r2, r3}
			return i + 1
		}
	}
	*rows = [lanes]uint32{r0, r1, r2, r3}
	return len(t0) + 1
}

// walk adds the hits of a text that begins at an offset, from a state on.
func (a *automaton) walk(out []hit, text []byte, at int, row uint32) []hit {
	for i, b := range text {
		if row = a.next[uint16(row)+uint16(a.class[b])]; row&ended != 0 {
			out = append(out, hit{row &^ ended, at + i + 1})
		}
	}
	return out
}
