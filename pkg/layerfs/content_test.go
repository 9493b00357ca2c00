package layerfs

import (
	"bytes"
	"errors"
	"io"
	"math/rand"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/image"
)

// contentOf is content that was hashed in parts of any size.
func contentOf(t testing.TB, data []byte) *content {
	t.Helper()
	random := rand.New(rand.NewSource(7))
	s := newSums()
	for rest := data; len(rest) > 0; {
		n := min(len(rest), 1+random.Intn(3*blockSize))
		if k, err := s.Write(rest[:n]); k != n || err != nil {
			t.Fatalf("Write() = %d, %v", k, err)
		}
		rest = rest[n:]
	}
	return newContent(bytes.NewReader(data), int64(len(data)), s)
}

func TestContentReadsWhatWasHashed(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewSource(8))
	for _, size := range []int{0, 1, blockSize - 1, blockSize, blockSize + 1, 5*blockSize + 17, 64 * blockSize} {
		data := make([]byte, size)
		random.Read(data)
		c := contentOf(t, data)
		for range 200 {
			from := random.Intn(size + 1)
			p := make([]byte, random.Intn(4*blockSize))
			n, err := c.ReadAt(p, int64(from))
			end := min(from+len(p), size)
			if n != end-from || !bytes.Equal(p[:n], data[from:end]) || errors.Is(err, io.EOF) != (n < len(p)) {
				t.Fatalf("%d bytes: ReadAt(%d bytes, %d) = %d, %v", size, len(p), from, n, err)
			}
		}
		if err := c.failure(); err != nil {
			t.Errorf("failure() = %v", err)
		}
	}
}

// Each byte is guarded, whatever way it is read, and nothing of a block that changed is given.
func TestContentRefusesWhatChanged(t *testing.T) {
	t.Parallel()
	data := bytes.Repeat([]byte("0123456789"), blockSize)
	for _, at := range []int{0, 1, blockSize - 1, blockSize, len(data) - 1, len(data) / 2} {
		c := contentOf(t, data)
		changed := bytes.Clone(data)
		changed[at] ^= 1
		c.data = bytes.NewReader(changed)
		for _, p := range [][]byte{make([]byte, 1), make([]byte, 2*blockSize)} {
			from := max(0, at-len(p)/2)
			n, err := c.ReadAt(p, int64(from))
			if err == nil || !strings.Contains(err.Error(), "changed since their digest was checked") {
				t.Errorf("ReadAt(%d bytes, %d) with byte %d changed = %d, %v", len(p), from, at, n, err)
			}
			if bytes.IndexByte(p, changed[at]) >= 0 && n > at-from {
				t.Errorf("ReadAt() gave the changed byte %d", at)
			}
		}
		if c.failure() == nil {
			t.Error("the failure is forgotten")
		}
	}
	short := contentOf(t, data)
	short.data = bytes.NewReader(data[:len(data)/2])
	if n, err := short.ReadAt(make([]byte, len(data)), 0); err == nil || short.failure() == nil {
		t.Errorf("ReadAt() of a file that was cut = %d, %v", n, err)
	}
}

// Where the stored bytes changed, there may have been a table of contents that is not seen any more.
func TestTablesOfChangedBytes(t *testing.T) {
	t.Parallel()
	data := bytes.Repeat([]byte("0123456789"), blockSize)
	c := contentOf(t, data)
	if found, err := tables(c, &image.Layer{}); err != nil || len(found) > 0 {
		t.Fatalf("tables() = %v, %v", found, err)
	}
	data[len(data)-1] ^= 1
	if _, err := tables(c, &image.Layer{}); err == nil || !strings.Contains(err.Error(), "changed since") {
		t.Errorf("tables() of changed bytes: %v", err)
	}
}

// Two layers with the same bytes have other checksums: nobody knows beforehand what has the same.
func TestSumsAreKeyed(t *testing.T) {
	t.Parallel()
	a, b := contentOf(t, []byte("x")), contentOf(t, []byte("x"))
	if a.sums.blocks[0] == b.sums.blocks[0] {
		t.Error("two seeds give one checksum")
	}
}
