package layerfs_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/layergate/layergate/pkg/layerfs"
)

// What is kept of a file does not change what is read.
func TestWindow(t *testing.T) {
	t.Parallel()
	content := strings.Repeat("0123456789", 20_000)
	w := layerfs.NewWindow(strings.NewReader(content), 64<<10)
	for _, at := range []struct{ off, n int }{{0, 30}, {30, 512}, {65_500, 100}, {70_000, 10}, {10, 10}, {100, 60_000}, {199_990, 10}, {199_990, 20}, {200_000, 5}, {300_000, 5}, {5, 0}} {
		p := make([]byte, at.n)
		n, err := w.ReadAt(p, int64(at.off))
		want := make([]byte, at.n)
		wantN, wantErr := strings.NewReader(content).ReadAt(want, int64(at.off))
		if n != wantN || err != wantErr || string(p) != string(want) {
			t.Errorf("ReadAt(%d bytes at %d) = %d, %v, want %d, %v", at.n, at.off, n, err, wantN, wantErr)
		}
	}
	if n, err := w.ReadAt(make([]byte, 5), -1); n != 0 || err == nil {
		t.Errorf("ReadAt() before the beginning = %d, %v", n, err)
	}
}

// Syft reads the files of an archive side by side.
func TestWindowIsShared(t *testing.T) {
	t.Parallel()
	var content strings.Builder
	for i := range 50_000 {
		fmt.Fprintf(&content, "%08d", i)
	}
	w := layerfs.NewWindow(strings.NewReader(content.String()), 64<<10)
	var readers sync.WaitGroup
	for k := range 4 {
		readers.Go(func() {
			p := make([]byte, 8)
			for i := range 20_000 {
				at := (i*7919 + k*12_345) % 50_000
				if n, err := w.ReadAt(p, int64(at)*8); err != nil || string(p[:n]) != fmt.Sprintf("%08d", at) {
					t.Errorf("ReadAt(%d) = %q, %v", at*8, p[:n], err)
					return
				}
			}
		})
	}
	readers.Wait()
}
