package inventory_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/inventory"
	"github.com/layergate/layergate/pkg/layerfs"
	"github.com/layergate/layergate/pkg/spool"
)

// A layer that could not be read whole is not kept for the next run, whatever the catalogers made of it.
func TestFailedReadsAreNotCached(t *testing.T) {
	t.Parallel()
	archive, err := imagetest.OCI(imagetest.Entry{Images: []imagetest.Image{{Layers: []imagetest.Layer{{Files: []imagetest.File{
		npm("app", "app", "1.0.0"), file("padding", strings.Repeat("x", 1<<20)),
	}}}}}})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "image.tar")
	if err := archive.WriteArchive(path, imagetest.None); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sp := spool.New(spool.Config{Dir: t.TempDir()})
	defer sp.Close()
	img, err := image.Open(context.Background(), path, image.Options{Spool: sp})
	if err != nil {
		t.Fatal(err)
	}
	defer img.Close()
	layers := img.Platforms[0].Layers
	tree, err := layerfs.New(context.Background(), layers, sp)
	if err != nil {
		t.Fatal(err)
	}
	store := &memory{values: map[string][]byte{}}
	ids := []string{layers[0].DiffID}
	if err := os.Truncate(path, 0); err != nil {
		t.Fatal(err)
	}
	_, err = inventory.Take(context.Background(), tree, ids, inventory.Options{Cache: store})
	if err == nil && tree.Err() == nil {
		t.Fatal("nothing noticed that the layer cannot be read")
	}
	if len(store.values) != 0 {
		t.Errorf("Take() = %v, and put %d catalogues into the cache, want none", err, len(store.values))
	}
	if err := os.WriteFile(path, whole, 0o644); err != nil {
		t.Fatal(err)
	}
	inv, err := inventory.Take(context.Background(), tree, ids, inventory.Options{Cache: store})
	if err != nil || len(inv.Packages) != 1 {
		t.Errorf("Take() of the layer that is whole again = %+v, %v, want app", inv, err)
	}
}
