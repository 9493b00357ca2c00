package layerfs_test

import (
	"archive/tar"
	"bytes"
	"io"
	"math/rand"
	"path"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/layerfs"
	"github.com/layergate/layergate/pkg/spool"
)

// FuzzIndex indexes two layers of damaged tar data and walks what came out. Plain go test runs the seeds and some
// hundred mutations of them.
func FuzzIndex(f *testing.F) {
	lower, err := imagetest.Tar([]imagetest.File{
		dir("usr/lib"), symlink("lib", "usr/lib"), file("usr/lib/x", "1"), hardlink("y", "usr/lib/x"), file("etc/a/b/c", "deep"),
		symlink("up", "../../.."), symlink("loop", "loop/loop"), {Name: "pipe", Type: tar.TypeFifo},
	})
	if err != nil {
		f.Fatal(err)
	}
	upper, err := imagetest.Tar([]imagetest.File{
		file("etc/.wh.a", ""), file("usr/.wh..wh..opq", ""), file("lib/z", "2"), file("up/w", "3"), hardlink("v", "y"), dir("lib"),
	})
	if err != nil {
		f.Fatal(err)
	}
	random := rand.New(rand.NewSource(2))
	f.Add(lower, upper)
	for range 300 {
		f.Add(damage(random, lower), damage(random, upper))
	}
	f.Fuzz(func(t *testing.T, lower, upper []byte) {
		tree, err := indexImage(t, imagetest.Image{Layers: []imagetest.Layer{{Raw: nonNil(lower)}, {Raw: nonNil(upper)}}}, spool.Config{Memory: 1 << 20, Limit: 1 << 22})
		if err != nil {
			if strings.ContainsAny(err.Error(), "\n\r") {
				t.Errorf("the error has several lines: %q", err)
			}
			return
		}
		for _, v := range views(tree) {
			i := v.Layer()
			v.All(func(found layerfs.File) bool {
				if found.Path != path.Clean(found.Path) || !path.IsAbs(found.Path) || strings.Contains(found.Path, "/../") {
					t.Errorf("the path %q is not clean", found.Path)
				}
				if found.Layer > i {
					t.Errorf("View(%d) shows a file of layer %d", i, found.Layer)
				}
				if found.Type == layerfs.Regular {
					r, err := v.Open(found)
					if err != nil {
						t.Fatal(err)
					}
					if n, err := io.Copy(io.Discard, r); err != nil || n != found.Size {
						t.Errorf("%s: read %d of %d bytes: %v", found.Path, n, found.Size, err)
					}
				}
				if parent, ok := v.Stat(path.Dir(found.Path)); !ok || parent.Type != layerfs.Directory {
					t.Errorf("the parent of %s is no directory", found.Path)
				}
				return true
			})
			for _, pattern := range []string{"**/{x,a/**}", "**/*", "lib/*", "/usr/**/x", "**/up/**"} {
				checkAdded(t, v, pattern)
			}
		}
	})
}

// views are those of each layer, also for runtimes that lay them over each other where that differs.
func views(tree *layerfs.FS) []layerfs.View {
	var out []layerfs.View
	for _, way := range []*layerfs.FS{tree, tree.Overlay()} {
		for i := range tree.Layers() {
			if way != nil {
				out = append(out, way.View(i))
			}
		}
	}
	return out
}

// checkAdded holds the search for what a layer added against the search through everything.
func checkAdded(t *testing.T, v layerfs.View, pattern string) {
	t.Helper()
	all, err := v.Glob(pattern)
	if err != nil {
		t.Error(err)
	}
	added, err := v.GlobAdded(pattern)
	if err != nil {
		t.Error(err)
	}
	names := func(matches []layerfs.Match) []string {
		var out []string
		for _, m := range matches {
			if m.Added {
				out = append(out, m.Name+" "+m.File.Path)
			}
		}
		return out
	}
	if diff := cmp.Diff(names(all), names(added)); diff != "" {
		t.Errorf("GlobAdded(%q) in layer %d (-Glob +GlobAdded):\n%s", pattern, v.Layer(), diff)
	}
}

func nonNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// damage changes bytes of a tar and puts the header's checksum right in most cases, so that more than the checksum is
// tested.
func damage(random *rand.Rand, data []byte) []byte {
	out := bytes.Clone(data)
	for range 1 + random.Intn(6) {
		block := random.Intn(len(out)/512) * 512
		out[block+random.Intn(512)] = byte(random.Intn(256))
		if random.Intn(8) > 0 {
			copy(out[block+148:], "        ")
			sum := 0
			for _, b := range out[block : block+512] {
				sum += int(b)
			}
			copy(out[block+148:], []byte{'0' + byte(sum>>15&7), '0' + byte(sum>>12&7), '0' + byte(sum>>9&7), '0' + byte(sum>>6&7), '0' + byte(sum>>3&7), '0' + byte(sum&7), 0, ' '})
		}
	}
	if random.Intn(5) == 0 {
		out = out[:random.Intn(len(out))]
	}
	return out
}
