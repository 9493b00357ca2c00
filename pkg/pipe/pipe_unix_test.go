//go:build unix

package pipe_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/layergate/layergate/pkg/pipe"
)

func makeFIFO(t *testing.T) string {
	t.Helper()
	fifo := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	return fifo
}

func TestReadFile(t *testing.T) {
	t.Parallel()
	fifo := makeFIFO(t)
	go os.WriteFile(fifo, []byte("abc"), 0) // its failure is the reader's
	if raw, err := pipe.ReadFile(context.Background(), fifo, 3); string(raw) != "abc" || err != nil {
		t.Errorf("ReadFile() = %q, %v, want abc", raw, err)
	}
	if plain := filepath.Join(t.TempDir(), "file"); !pipe.Is(fifo) || os.WriteFile(plain, nil, 0o600) != nil || pipe.Is(plain) || pipe.Is(plain+"x") {
		t.Error("Is() does not tell a pipe from a file")
	}
}

// A run that ends waits for nobody: neither for a writer nor for what it writes.
func TestReadFileEnds(t *testing.T) {
	t.Parallel()
	silent := makeFIFO(t)
	keep, err := os.OpenFile(silent, os.O_RDWR, 0) // opens at once, and writes nothing
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { keep.Close() })
	for name, fifo := range map[string]string{"without a writer": makeFIFO(t), "with a silent one": silent} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
			defer cancel()
			if raw, err := pipe.ReadFile(ctx, fifo, 10); raw != nil || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("ReadFile() = %q, %v, want the end of the run", raw, err)
			}
		})
	}
}
