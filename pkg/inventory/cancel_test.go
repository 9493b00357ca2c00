package inventory_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/inventory"
	"github.com/layergate/layergate/pkg/layerfs"
	"github.com/layergate/layergate/pkg/spool"
)

type memory struct {
	mu     sync.Mutex
	values map[string][]byte
}

func (m *memory) Get(key string) ([]byte, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, ok := m.values[key]
	return v, ok
}

func (m *memory) Put(key string, value []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.values[key] = value
}

// A run that is interrupted says so, whenever that happens, and leaves nothing in the cache that is not whole.
func TestInterruptedRunCachesNothingPartial(t *testing.T) {
	t.Parallel()
	const packages = 600
	var files []imagetest.File
	for i := range packages {
		files = append(files, npm(fmt.Sprintf("app/node_modules/p%d", i), fmt.Sprintf("p%d", i), "1.0.0"))
	}
	archive, err := imagetest.OCI(imagetest.Entry{Images: []imagetest.Image{{Layers: []imagetest.Layer{{Files: files}}}}})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "image.tar")
	if err := archive.WriteArchive(path, imagetest.None); err != nil {
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
	ids := []string{layers[0].DiffID}
	for i := range 25 {
		store := &memory{values: map[string][]byte{}}
		ctx, cancel := context.WithTimeout(context.Background(), time.Duration(i*4)*time.Millisecond)
		inv, err := inventory.Take(ctx, tree, ids, inventory.Options{Cache: store})
		if ctx.Err() == nil && err != nil || err == nil && len(inv.Packages) != packages {
			t.Errorf("interrupted after %d ms: error %v", i*4, err)
		}
		cancel()
		again, err := inventory.Take(context.Background(), tree, ids, inventory.Options{Cache: store})
		if err != nil {
			t.Fatal(err)
		}
		if len(again.Packages) != packages {
			t.Fatalf("interrupted after %d ms: the next run found %d of %d packages", i*4, len(again.Packages), packages)
		}
	}
}

// A directory of a later layer can complete a link that leads to what a lower layer has.
func TestDirectoryCompletesALink(t *testing.T) {
	t.Parallel()
	inv := take(t,
		[]imagetest.File{
			osRelease("11"), symlink("var/lib/dpkg", "/p/../data/dpkg"),
			{Name: "data/dpkg/status", Body: status("openssl=1.1.1n-0").Body},
		},
		[]imagetest.File{file("p/f", "")},
	)
	if len(inv.Packages) != 1 || inv.Packages[0].Name != "openssl" {
		t.Errorf("packages = %v, want openssl", inv.Packages)
	}
}

// A package is there as long as its file is, by whichever link it was found.
func TestAnotherLinkStillLeadsThere(t *testing.T) {
	t.Parallel()
	inv := take(t,
		[]imagetest.File{
			file("opt/x", `{"name":"lodash","version":"4.17.4"}`),
			symlink("a/package.json", "/opt/x"), symlink("b/package.json", "/opt/x"),
		},
		[]imagetest.File{file("a/.wh.package.json", "")},
	)
	if len(inv.Packages) != 1 || inv.Packages[0].State != "visible" {
		t.Errorf("packages = %+v, want lodash, visible", inv.Packages)
	}
}
