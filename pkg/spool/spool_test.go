package spool_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/disk"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/spool"
)

func TestBufferInMemoryAndOnDisk(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		memory    int64
		wantFiles int
	}{
		{name: "all in memory", memory: 1 << 20},
		{name: "nothing in memory", memory: 0, wantFiles: 2},
		{name: "the first in memory, the second moves", memory: 1500, wantFiles: 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			sp := spool.New(spool.Config{Dir: dir, Memory: tt.memory})
			for _, content := range [][]byte{bytes.Repeat([]byte("a"), 1000), bytes.Repeat([]byte("bcd"), 400)} {
				b := sp.Buffer()
				for chunk := range bytesOf(content, 100) {
					if n, err := b.Write(chunk); n != len(chunk) || err != nil {
						t.Fatalf("Write() = %d, %v", n, err)
					}
				}
				got, err := io.ReadAll(io.NewSectionReader(b.ReaderAt(), 0, b.Size()))
				if err != nil || !bytes.Equal(got, content) {
					t.Errorf("read %d bytes of %d: %v", len(got), len(content), err)
				}
			}
			if files, _ := os.ReadDir(dir); len(files) != tt.wantFiles {
				t.Errorf("there are %d files, want %d", len(files), tt.wantFiles)
			}
			if err := sp.Close(); err != nil {
				t.Fatal(err)
			}
			if files, _ := os.ReadDir(dir); len(files) > 0 {
				t.Errorf("Close() left %v", files)
			}
		})
	}
}

func bytesOf(content []byte, n int) func(func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for len(content) > 0 {
			k := min(n, len(content))
			if !yield(content[:k]) {
				return
			}
			content = content[k:]
		}
	}
}

func TestLimit(t *testing.T) {
	t.Parallel()
	sp := spool.New(spool.Config{Dir: t.TempDir(), Memory: 1 << 20, Limit: 100})
	defer sp.Close()
	if _, err := sp.Buffer().Write(make([]byte, 60)); err != nil {
		t.Fatal(err)
	}
	if err := sp.Reserve(40); err != nil {
		t.Fatalf("Reserve up to the limit: %v", err)
	}
	_, err := sp.Buffer().Write([]byte("x"))
	if !errors.Is(err, spool.ErrLimit) || len(fault.Hints(err)) == 0 {
		t.Errorf("Write past the limit = %v, hints %q", err, fault.Hints(err))
	}
	if err := sp.Reserve(1 << 62); !errors.Is(err, spool.ErrLimit) {
		t.Errorf("Reserve of a huge size = %v", err)
	}
	free := spool.New(spool.Config{Dir: t.TempDir()})
	if err := free.Reserve(1 << 62); err != nil {
		t.Errorf("Reserve without a limit: %v", err)
	}
}

// A disk that is full is noticed before it is written to, and what fits into memory does not ask for it.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	sp := spool.New(spool.Config{Dir: dir, Memory: 1000, Free: func(string) (int64, bool) { return 1 << 20, true }})
	defer sp.Close()
	b := sp.Buffer()
	if _, err := b.Write(make([]byte, 1000)); err != nil {
		t.Fatalf("Write into memory: %v", err)
	}
	_, err := b.Write([]byte("x"))
	want := "writing 64 MiB to " + dir + ": only 1.0 MiB are free"
	if !errors.Is(err, disk.ErrFull) || !strings.Contains(err.Error(), want) {
		t.Errorf("Write past the memory = %v, want ErrFull with %q", err, want)
	}
	if hints := fault.Hints(err); len(hints) != 1 || !strings.Contains(hints[0], "temp-dir") {
		t.Errorf("Hints() = %q, want one with temp-dir", hints)
	}
}

// What lies on disk can be handed to somebody who must not change it.
func TestReaderAtIsNoWriter(t *testing.T) {
	t.Parallel()
	sp := spool.New(spool.Config{Dir: t.TempDir(), Limit: 10})
	defer sp.Close()
	b := sp.Buffer()
	if _, err := b.Write([]byte("abc")); err != nil {
		t.Fatal(err)
	}
	f, ok := b.ReaderAt().(*os.File)
	if !ok {
		t.Fatalf("ReaderAt() is a %T, want a file", b.ReaderAt())
	}
	if _, err := f.WriteAt([]byte("x"), 0); err == nil {
		t.Error("the file can be written to")
	}
	if left, limited := sp.Left(); left != 7 || !limited {
		t.Errorf("Left() = %d, %v, want 7 of 10", left, limited)
	}
}
