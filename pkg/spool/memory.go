package spool

import "io"

// blockSize is how much memory a buffer takes at a time. A slice that grows would take up to twice what it holds, and
// three times while it is copied.
const blockSize = 1 << 20

// memory is a sequence of bytes in blocks.
type memory struct {
	blocks [][]byte
	size   int64
}

// Write appends p.
func (m *memory) Write(p []byte) (int, error) {
	written := len(p)
	for len(p) > 0 {
		at := int(m.size % blockSize)
		if at == 0 {
			m.blocks = append(m.blocks, make([]byte, blockSize))
		}
		n := copy(m.blocks[len(m.blocks)-1][at:], p)
		p = p[n:]
		m.size += int64(n)
	}
	return written, nil
}

// ReadAt reads from the bytes written so far.
func (m *memory) ReadAt(p []byte, off int64) (int, error) {
	n := 0
	for n < len(p) && off < m.size {
		block := m.blocks[off/blockSize]
		from := off % blockSize
		k := copy(p[n:], block[from:min(blockSize, from+m.size-off)])
		n += k
		off += int64(k)
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// WriteTo writes all bytes to w.
func (m *memory) WriteTo(w io.Writer) (int64, error) {
	var written int64
	for _, b := range m.blocks {
		n, err := w.Write(b[:min(blockSize, m.size-written)])
		written += int64(n)
		if err != nil {
			return written, err
		}
	}
	return written, nil
}
