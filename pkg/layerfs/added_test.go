package layerfs_test

import (
	"fmt"
	"maps"
	"math/rand"
	"path"
	"strings"
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
		for _, way := range []*layerfs.FS{tree, tree.Overlay()} {
			for i := 1; way != nil && i < way.Layers(); i++ {
				if way.View(i).OnlyAdds() {
					checkOnlyAdds(t, way.View(i-1), way.View(i))
				}
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

// checkOnlyAdds holds the view of a layer that only adds against the one below: a search of which it adds nothing finds what it did before.
func checkOnlyAdds(t *testing.T, below, v layerfs.View) {
	t.Helper()
	found := func(v layerfs.View, pattern string) map[string]*layerfs.Entry {
		matches, err := v.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]*layerfs.Entry{}
		for _, m := range matches {
			out[m.File.Path] = m.File.Entry
		}
		return out
	}
	for _, pattern := range []string{"**/*.x", "a/**", "**/b/*", "/b/c.x", "**"} {
		added, err := v.GlobAdded(pattern)
		if err != nil {
			t.Fatal(err)
		}
		now, before := found(v, pattern), found(below, pattern)
		for name := range before {
			if now[name] == nil {
				t.Errorf("layer %d only adds, and %s no longer finds %s", v.Layer(), pattern, name)
			}
		}
		if len(added) == 0 && !maps.Equal(now, before) {
			t.Errorf("layer %d only adds, and nothing that %s finds, which finds %v and no longer %v", v.Layer(), pattern, now, before)
		}
	}
}

func TestOnlyAdds(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		files []imagetest.File
		want  bool
	}{
		{"nothing", nil, true},
		{"a file", []imagetest.File{file("new", "")}, true},
		{"a file again, with another content", []imagetest.File{file("etc/a", "other")}, true},
		{"a directory again", []imagetest.File{dir("etc")}, true},
		{"a link again", []imagetest.File{symlink("link", "etc")}, true},
		{"a whiteout of nothing", []imagetest.File{file("etc/.wh.b", "")}, true},
		{"a whiteout", []imagetest.File{file("etc/.wh.a", "")}, false},
		{"an opaque directory", []imagetest.File{file("etc/.wh..wh..opq", "")}, false},
		{"a link that leads elsewhere", []imagetest.File{symlink("link", "new")}, false},
		{"a file for a link", []imagetest.File{file("link", "")}, false},
		{"a directory for a file", []imagetest.File{dir("etc/a")}, false},
		{"a text for a program", []imagetest.File{file("run", "text")}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			program := file("run", "\x7fELF\x02\x01\x01"+strings.Repeat("\x00", 60))
			base := imagetest.Layer{Files: []imagetest.File{file("etc/a", "text"), symlink("link", "etc"), program}}
			tree, err := indexImage(t, imagetest.Image{Layers: []imagetest.Layer{base, {Files: tt.files}}}, spool.Config{Memory: 1 << 20})
			if err != nil {
				t.Fatal(err)
			}
			if got := tree.Top().OnlyAdds(); got != tt.want {
				t.Errorf("OnlyAdds() = %t, want %t", got, tt.want)
			}
		})
	}
}
