//go:build unix

package image_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/spool"
)

func makeFIFO(t *testing.T) string {
	t.Helper()
	fifo := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	return fifo
}

func TestOpenNamedPipe(t *testing.T) {
	t.Parallel()
	archive := exported(t, must(imagetest.Docker([]string{"app:1"}, twoLayers(imagetest.None, "")))(t))
	fifo := makeFIFO(t)
	go os.WriteFile(fifo, archive, 0) // its failure is the reader's
	sp := spool.New(spool.Config{Dir: t.TempDir()})
	defer sp.Close()
	img, err := image.Open(context.Background(), "docker-archive:"+fifo, image.Options{Spool: sp, TempDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer img.Close()
	if img.Name != "app:1" || img.Source != "docker-archive:"+fifo {
		t.Errorf("Open() = %q of %q, want app:1 of the pipe", img.Name, img.Source)
	}
}

// A run that ends waits for nobody: neither for a writer nor for what it writes.
func TestOpenNamedPipeEnds(t *testing.T) {
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
			sp := spool.New(spool.Config{Dir: t.TempDir()})
			defer sp.Close()
			_, err := image.Open(ctx, fifo, image.Options{Spool: sp, TempDir: t.TempDir()})
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("Open() = %v, want the end of the run", err)
			}
		})
	}
}
