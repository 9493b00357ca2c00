package secret

import "slices"

// automaton finds many words in a text at once, whatever their case (Aho and Corasick, "Efficient String Matching"). It
// looks at each byte once, in one table that fits into the processor's cache.
type automaton struct {
	class [256]uint8 // of each byte: those that no word has are one
	width uint32     // of a row: the number of classes
	// next has a row for each state, with the row of the following state for each class.
	next []uint32
	ends [][]int32 // of each state, which words end there
	// before is how many bytes before the end of a word it may begin: the length of the longest without its last.
	before int
	// final is the row of the first state in which a word ends: all behind it are such.
	final uint32
}

// newAutomaton takes the words in lower case.
func newAutomaton(words []string) *automaton {
	a := &automaton{width: 1}
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
	states := 1
	for _, w := range words {
		states += len(w)
	}
	a.next, a.ends = make([]uint32, 0, states*int(a.width)), make([][]int32, 0, states)
	a.grow()
	for i, w := range words {
		a.before = max(a.before, len(w)-1)
		a.add(w, int32(i))
	}
	a.link()
	a.sort()
	return a
}

// grow adds a state without followers and returns its row.
func (a *automaton) grow() uint32 {
	row := uint32(len(a.next))
	a.next = a.next[:len(a.next)+int(a.width)] // there is room for all words, and it is zero
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

// sort puts the states in which words end behind the others. The root stays the first.
func (a *automaton) sort() {
	order := make([]int, len(a.ends))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(x, y int) int { return min(len(a.ends[x]), 1) - min(len(a.ends[y]), 1) })
	moved := make([]uint32, len(order)) // the new row of each state
	for to, from := range order {
		moved[from] = uint32(to) * a.width
	}
	next, ends := make([]uint32, 0, len(a.next)), make([][]int32, 0, len(a.ends))
	a.final = uint32(len(a.next))
	for to, from := range order {
		if ends = append(ends, a.ends[from]); len(a.ends[from]) > 0 {
			a.final = min(a.final, uint32(to)*a.width)
		}
		for _, row := range a.next[uint32(from)*a.width : (uint32(from)+1)*a.width] {
			next = append(next, moved[row/a.width])
		}
	}
	a.next, a.ends = next, ends
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
	next, final := a.next, a.final
	part := func(k int) []byte { return text[k*step:][:a.before+step] }
	t0, t1, t2, t3 := part(0), part(1), part(2), part(3)
	var r0, r1, r2, r3 uint32
	for i := range t0 {
		r0 = next[r0+uint32(a.class[t0[i]])]
		r1 = next[r1+uint32(a.class[t1[i]])]
		r2 = next[r2+uint32(a.class[t2[i]])]
		r3 = next[r3+uint32(a.class[t3[i]])]
		if r0 < final && r1 < final && r2 < final && r3 < final {
			continue
		}
		for k, row := range [lanes]uint32{r0, r1, r2, r3} {
			if row >= final && (k == 0 || i >= a.before) {
				out[k] = append(out[k], hit{row, k*step + i + 1})
			}
		}
	}
	done := lanes*step + a.before
	out[lanes-1] = a.walk(out[lanes-1], text[done:], done, r3)
	return out
}

// walk adds the hits of a text that begins at an offset, from a state on.
func (a *automaton) walk(out []hit, text []byte, at int, row uint32) []hit {
	for i, b := range text {
		if row = a.next[row+uint32(a.class[b])]; row >= a.final {
			out = append(out, hit{row, at + i + 1})
		}
	}
	return out
}
