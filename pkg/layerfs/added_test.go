package layerfs_test

import (
	"fmt"
	"math/rand"
	"path"
	"testing"

	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/layerfs"
	"github.com/layergate/layergate/pkg/spool"
)

// names are the elements of random paths.
func names() []string { return []string{"a", "b", "c.x", "d.x"} }

// randomName is a path of up to three elements.
func randomName(random *rand.Rand) string {
	out := names()[random.Intn(4)]
	for range random.Intn(3) {
		out = names()[random.Intn(4)] + "/" + out
	}
	return out
}

// Whatever layers write, link and remove, the search for what a layer added finds what the search through everything
// says is added.
func TestGlobAddedFindsAllThatIsAdded(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewSource(5))
	name := func() string { return randomName(random) }
	entry := func() imagetest.File {
		switch random.Intn(8) {
		case 0, 1:
			return symlink(name(), "/"+name())
		case 2:
			return symlink(name(), "../"[:3*random.Intn(2)]+name()+"/../"[:4*random.Intn(2)]+name())
		case 3:
			return dir(name())
		case 4:
			dir, base := path.Split(name())
			return file(dir+".wh."+base, "")
		default:
			return file(name(), fmt.Sprint(random.Int()))
		}
	}
	for range 400 {
		var img imagetest.Image
		for range 2 + random.Intn(3) {
			var files []imagetest.File
			for range 1 + random.Intn(6) {
				files = append(files, entry())
			}
			img.Layers = append(img.Layers, imagetest.Layer{Files: files})
		}
		tree, err := indexImage(t, img, spool.Config{Memory: 1 << 20})
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range views(tree) {
			checkPaths(t, v)
			for _, pattern := range []string{"**/*.x", "a/**", "**/b/*", "**/a/**/d.x", "/b/c.x", "**", "*"} {
				checkAdded(t, v, pattern)
			}
		}
		if t.Failed() {
			for i, l := range img.Layers {
				t.Logf("layer %d: %+v", i, l.Files)
			}
			return
		}
	}
}

// checkPaths looks up what a view lists, by its path: that has to lead to it without following a link.
func checkPaths(t *testing.T, v layerfs.View) {
	t.Helper()
	for f := range v.All {
		if got, ok := v.Lstat(f.Path); !ok || got.Entry != f.Entry || got.Path != f.Path {
			t.Errorf("Lstat(%q) = %q, %t, in the layer that lists it", f.Path, got.Path, ok)
		}
		for dir := path.Dir(f.Path); dir != "/"; dir = path.Dir(dir) {
			if d, ok := v.Lstat(dir); !ok || d.Type != layerfs.Directory {
				t.Errorf("%s is listed, and %s is no directory", f.Path, dir)
			}
		}
	}
}
