package inventory

import (
	"encoding/binary"
	"strings"
)

// bits reads a stream of bits, the lowest of each byte first (RFC 1951, 3.1.1). Behind its end there are zeros.
type bits struct {
	data []byte // with padding behind it
	at   int    // of the next bit
	end  int    // behind the last bit
}

// padding is how many bytes have to stand behind what is read of bits.
const padding = 8

// peek is the number of the next bits, which are at most 32.
func (b *bits) peek(n int) int {
	if b.at >= b.end {
		return 0
	}
	return int(binary.LittleEndian.Uint64(b.data[b.at>>3:]) >> (b.at & 7) & (1<<n - 1))
}

func (b *bits) next(n int) int {
	out := b.peek(n)
	b.at += n
	return out
}

// ended tells whether more bits were read than there are.
func (b *bits) ended() bool { return b.at > b.end }

// inflatesTo tells whether data that deflate packed begin with one of some texts, in which no byte is there twice, by the first block alone.
// Unpacking would make tables for all that follows, and takes ten times as long. Padding stands behind the first n bytes of packed, which are the
// data. known is not set where they are not enough to tell.
func inflatesTo(packed []byte, n int, wanted []string) (begins, known bool) {
	b := &bits{data: packed, end: 8 * n}
	b.next(1)
	switch b.next(2) {
	case 0:
		b.at = (b.at + 7) &^ 7
		length := b.next(16)
		b.next(16)
		at := min(b.at/8, n)
		return startsLike(packed[at:min(at+length, n)], wanted)
	case 1:
		return b.literals(wanted, fixedLengths[:])
	case 2:
		lengths, ok := b.codeLengths()
		if !ok {
			return false, !b.ended()
		}
		return b.literals(wanted, lengths)
	}
	return false, true
}

// startsLike tells whether data begin with one of some texts; known is not set where there are fewer than it takes.
func startsLike(data []byte, wanted []string) (begins, known bool) {
	known = true
	for _, want := range wanted {
		if strings.HasPrefix(string(data[:min(len(data), len(want))]), want) {
			return true, true
		}
		known = known && !strings.HasPrefix(want, string(data[:min(len(data), len(want))]))
	}
	return false, known
}

// fixedLengths are the lengths of the codes of literals and of matches in a block that brings none (RFC 1951, 3.2.6).
var fixedLengths = func() (out [288]byte) {
	for i := range out {
		switch {
		case i < 144:
			out[i] = 8
		case i < 256:
			out[i] = 9
		case i < 280:
			out[i] = 7
		default:
			out[i] = 8
		}
	}
	return out
}()

const maxCode = 15 // bits of the longest code

// literals tells whether the codes that follow are those of the literals of one of some texts. A match would repeat a byte.
func (b *bits) literals(wanted []string, lengths []byte) (begins, known bool) {
	first, from := firstCodes(lengths), b.at
	known = true
	for _, want := range wanted {
		b.at = from
		if b.spells(want, lengths, &first) {
			begins = true
		}
		known = known && !b.ended()
	}
	return begins && known, known
}

// spells tells whether the codes that follow are those of a text.
func (b *bits) spells(text string, lengths []byte, first *[maxCode + 1]int) bool {
	for i := range len(text) {
		n := int(lengths[text[i]])
		if n == 0 {
			return false
		}
		code := first[n]
		for _, other := range lengths[:text[i]] {
			if int(other) == n {
				code++
			}
		}
		for k := n - 1; k >= 0; k-- {
			if b.next(1) != code>>k&1 {
				return false
			}
		}
	}
	return true
}

// firstCodes are the first codes of each length (RFC 1951, 3.2.2).
func firstCodes(lengths []byte) (first [maxCode + 1]int) {
	var count [maxCode + 1]int
	for _, n := range lengths {
		count[n]++
	}
	count[0] = 0
	for n := 1; n <= maxCode; n++ {
		first[n] = (first[n-1] + count[n-1]) << 1
	}
	return first
}

// lengthOrder is the order in which a block gives the lengths of the codes for lengths of codes (RFC 1951, 3.2.7).
var lengthOrder = [19]int{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// codeLengths reads the lengths of the codes of literals that a block brings, and passes over those of distances behind them.
func (b *bits) codeLengths() ([]byte, bool) {
	literals, distances, count := b.next(5)+257, b.next(5)+1, b.next(4)+4
	var of [19]byte
	for _, symbol := range lengthOrder[:count] {
		of[symbol] = byte(b.next(3))
	}
	const longest = 7
	var table [1 << longest]byte // by the bits that follow: the symbol, and above it the length of its code; 0 for none
	first := firstCodes(of[:])
	for symbol, n := range of {
		if n == 0 {
			continue
		}
		code := first[n]
		first[n]++
		if code >= 1<<n {
			return nil, false
		}
		reversed := 0
		for k := range int(n) {
			reversed |= code >> k & 1 << (int(n) - 1 - k)
		}
		for i := reversed; i < len(table); i += 1 << n {
			table[i] = n<<5 | byte(symbol)
		}
	}
	var lengths [286 + 2 + 32]byte
	for i := 0; i < literals+distances; {
		entry := table[b.peek(longest)]
		if entry == 0 || b.ended() {
			return nil, false
		}
		b.at += int(entry >> 5)
		symbol, times := entry&31, 1
		var value byte
		switch symbol {
		case 16:
			if i == 0 {
				return nil, false
			}
			value, times = lengths[i-1], 3+b.next(2)
		case 17:
			times = 3 + b.next(3)
		case 18:
			times = 11 + b.next(7)
		default:
			value = symbol
		}
		if i+times > literals+distances {
			return nil, false
		}
		for range times {
			lengths[i] = value
			i++
		}
	}
	return lengths[:literals], !b.ended()
}
