package spool

import (
	"bytes"
	"errors"
	"io"
	"math/rand"
	"testing"
)

func TestMemoryReadsWhatWasWritten(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewSource(3))
	want := make([]byte, 3*blockSize+17)
	random.Read(want)
	var m memory
	for rest := want; len(rest) > 0; {
		n := min(len(rest), 1+random.Intn(blockSize))
		if _, err := m.Write(rest[:n]); err != nil {
			t.Fatal(err)
		}
		rest = rest[n:]
	}
	for range 200 {
		from := random.Intn(len(want))
		p := make([]byte, random.Intn(2*blockSize))
		n, err := m.ReadAt(p, int64(from))
		if end := min(from+len(p), len(want)); n != end-from || !bytes.Equal(p[:n], want[from:end]) || errors.Is(err, io.EOF) != (n < len(p)) {
			t.Fatalf("ReadAt(%d bytes, %d) = %d, %v", len(p), from, n, err)
		}
	}
	var all bytes.Buffer
	if n, err := m.WriteTo(&all); err != nil || n != int64(len(want)) || !bytes.Equal(all.Bytes(), want) {
		t.Errorf("WriteTo() = %d, %v", n, err)
	}
	if n, err := m.ReadAt(make([]byte, 1), int64(len(want))+5); n != 0 || !errors.Is(err, io.EOF) {
		t.Errorf("ReadAt() behind the end = %d, %v", n, err)
	}
}
