package layerfs_test

import (
	"math/rand"
	"path"
	"testing"

	"github.com/layergate/layergate/pkg/layerfs"
)

// Whatever was looked up before, each path leads where it does by itself.
func TestWalker(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewSource(14))
	name := func() string { return randomName(random) }
	found := 0
	for range 100 {
		tree, err := indexLayers(t, randomLinks(random, 2))
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range []layerfs.View{tree.View(0), tree.Top(), tree.Top().Within("/a")} {
			w := layerfs.Walker{View: v}
			last := "/"
			for range 60 {
				p := "/" + name()
				switch random.Intn(6) {
				case 0, 1:
					p = path.Dir(last) + "/" + path.Base(p) // beside the last one
				case 2:
					p = name() // as a relative path, which is of the root
				case 3:
					p += []string{"/", "/..", "/.", "/../" + name()}[random.Intn(4)]
				case 4:
					p = []string{"/", "", "//", "/.."}[random.Intn(4)]
				}
				want, ok := v.Stat(p)
				got, same := w.Stat(p)
				if ok != same || got.Entry != want.Entry || got.Path != want.Path {
					t.Fatalf("after %q, %q is %q %v, want %q %v", last, p, got.Path, same, want.Path, ok)
				}
				if last = p; ok {
					found++
				}
			}
		}
	}
	if found < 1000 {
		t.Errorf("only %d paths lead to something", found)
	}
}
