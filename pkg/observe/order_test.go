package observe

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/layergate/layergate/pkg/image"
)

// The process works in a directory of its own, and opens files by their names where they are not handed over.
func TestOrderNamesFilesOfRelativePaths(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.WriteFile("layer", []byte("layer"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open("layer")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	l := image.Layer{}.WithData(io.NewSectionReader(f, 0, 5))
	o, files, err := newOrder(Request{Platforms: []*image.Platform{{Layers: []*image.Layer{l, l}}}}, false)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{filepath.Join(dir, "layer")}; !slices.Equal(o.Files, want) || len(files) != 1 {
		t.Errorf("newOrder() names %q for %d files, want %q", o.Files, len(files), want)
	}
}
