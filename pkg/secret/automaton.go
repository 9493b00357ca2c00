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
	a.grow()
	for i, w := range words {
		a.add(w, int32(i))
	}
	a.link()
	a.sort()
	return a
}

// grow adds a state without followers and returns its row.
func (a *automaton) grow() uint32 {
	row := uint32(len(a.next))
	a.next = append(a.next, make([]uint32, a.width)...)
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

// find calls found with each word in the text and where it ends, until that returns false.
func (a *automaton) find(text []byte, found func(word int32, end int) bool) {
	row, next, final := uint32(0), a.next, a.final
	for i, b := range text {
		row = next[row+uint32(a.class[b])]
		if row < final {
			continue
		}
		for _, w := range a.ends[row/a.width] {
			if !found(w, i+1) {
				return
			}
		}
	}
}
