package layerfs_test

import (
	"fmt"
	"maps"
	"math/rand"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/layerfs"
)

// shown are the regular files that a tree has in the end, by their paths, with their content.
func shown(t *testing.T, tree *layerfs.FS) map[string]string {
	t.Helper()
	out := map[string]string{}
	for f := range tree.Top().All {
		if f.Type == layerfs.Regular {
			out[f.Path] = content(t, tree.Top(), f)
		}
	}
	return out
}

// maybe are the files of which a tree says that it is not sure, each as its path and its content.
func maybe(t *testing.T, tree *layerfs.FS) map[[2]string]bool {
	t.Helper()
	out := map[[2]string]bool{}
	for v := range tree.Versions {
		if v.Type == layerfs.Regular && tree.Unsure(v.Path(), v.Layer) {
			f, _ := tree.View(v.Layer).Lstat(v.Path())
			out[[2]string{v.Path(), content(t, tree.View(v.Layer), f)}] = true
		}
	}
	return out
}

// overlayOf is the tree for runtimes that lay layers over each other.
func overlayOf(tree *layerfs.FS) *layerfs.FS {
	if o := tree.Overlay(); o != nil {
		return o
	}
	return tree
}

// checkRuntimes holds both trees of an image against what the two ways of merging layers show, as far as the layers can be
// merged so. It tells which of the two can.
func checkRuntimes(t *testing.T, tree *layerfs.FS, layers [][]imagetest.File) (unpacks, lays bool) {
	t.Helper()
	for _, way := range []struct {
		name  string
		merge func([][]imagetest.File) (map[string]string, error)
		tree  *layerfs.FS
		can   *bool
	}{{"unpack", unpackOver, tree, &unpacks}, {"lay", layOver, overlayOf(tree), &lays}} {
		want, err := way.merge(layers)
		if err != nil {
			continue
		}
		*way.can = true
		got, unsure := shown(t, way.tree), maybe(t, way.tree)
		for _, name := range slices.Sorted(maps.Keys(want)) {
			if body := want[name]; got[name] != body && !unsure[[2]string{name, body}] {
				t.Errorf("runtimes that %s layers over each other show %q at %s, the tree %q", way.name, body, name, got[name])
			}
		}
	}
	return unpacks, lays
}

// A file that a layer writes below a link of a lower one is in two places, and hidden only where each of them is. Most cases were
// tried with podman's drivers vfs and overlay, which refuse some of them.
func TestOverlay(t *testing.T) {
	t.Parallel()
	link := []imagetest.File{symlink("a", "b"), file("b/old", "0")}
	const there, here = "/b/m/x = 1", "/a/m/x = 1"
	tests := []struct {
		name     string
		layers   [][]imagetest.File
		unpacked string // the files but /b/old, as runtimes show them that unpack layers over each other
		laid     string // and as those show them that lay them over each other
	}{
		{"nothing hides it", [][]imagetest.File{link, {file("a/m/x", "1")}}, there, here},
		{"removed at one place", [][]imagetest.File{link, {file("a/m/x", "1")}, {file(".wh.b", "")}}, "", here},
		{"a directory of it removed", [][]imagetest.File{link, {file("a/m/x", "1")}, {file("b/.wh.m", "")}}, "", here},
		{"the directory made opaque", [][]imagetest.File{link, {file("a/m/x", "1")}, {dir("b"), file("b/.wh..wh..opq", "")}}, "", here},
		{"replaced by a file", [][]imagetest.File{link, {file("a/m/x", "1")}, {file("b", "2")}}, "/b = 2", here + ", /b = 2"},
		{"replaced by a link", [][]imagetest.File{link, {file("a/m/x", "1")}, {symlink("b/m", "/")}}, "", here},
		{"replaced at one place", [][]imagetest.File{link, {file("a/m/x", "1")}, {file("b/m/x", "2")}}, "/b/m/x = 2", here + ", /b/m/x = 2"},
		{"both in one layer", [][]imagetest.File{link, {file("a/m/x", "1"), file("b/m/x", "2")}}, "/b/m/x = 2", here + ", /b/m/x = 2"},
		{"both in one layer, the link last", [][]imagetest.File{link, {file("b/m/x", "2"), file("a/m/x", "1")}}, there, here + ", /b/m/x = 2"},
		{"both, and one removed", [][]imagetest.File{link, {file("a/m/x", "1"), file("b/m/x", "2")}, {file("b/m/.wh.x", "")}}, "", here},
		{"removed through the link", [][]imagetest.File{link, {file("a/m/x", "1")}, {file("a/m/.wh.x", "")}}, "", ""},
		{"replaced through the link", [][]imagetest.File{link, {file("a/m/x", "1")}, {file("a/m/x", "2")}}, "/b/m/x = 2", "/a/m/x = 2"},
		{"the link removed", [][]imagetest.File{link, {file("a/m/x", "1")}, {file(".wh.a", "")}}, there, ""},
		{"the link replaced by a directory", [][]imagetest.File{link, {file("a/m/x", "1")}, {dir("a")}}, there, here},
		{"by a directory, and by a link again", [][]imagetest.File{link, {file("a/m/x", "1")}, {dir("a")}, {symlink("a", "c")}, {file(".wh.b", "")}}, "", ""},
		{"by a directory of the same layer", [][]imagetest.File{link, {file("a/m/x", "1"), dir("a")}, {file(".wh.b", "")}}, "", here},
		{"by a link of the same layer", [][]imagetest.File{link, {file("a/m/x", "1"), symlink("a", "c")}}, there, ""},
		{"a chain of links", [][]imagetest.File{{symlink("l", "a"), symlink("a", "b"), dir("b")}, {file("l/x", "1")}, {file(".wh.b", ""), file(".wh.a", "")}}, "", "/l/x = 1"},
		{"links in several directories", [][]imagetest.File{{symlink("a", "b"), symlink("b/m", "../c"), dir("c")}, {file("a/m/x", "1")}, {file(".wh.c", "")}}, "", here},
		{"an absolute link", [][]imagetest.File{{symlink("d/a", "/b"), dir("b")}, {file("d/a/x", "1")}, {file(".wh.b", "")}}, "", "/d/a/x = 1"},
		{"a link to the root", [][]imagetest.File{{symlink("a", "/")}, {file("a/m/x", "1")}, {file(".wh.m", "")}}, "", here},
		{"a link to its own directory", [][]imagetest.File{{symlink("d/a", ".")}, {file("d/a/x", "1")}, {file("d/.wh.x", "")}}, "", "/d/a/x = 1"},
		{"a link that leads nowhere", [][]imagetest.File{{symlink("a", "b")}, {file("a/m/x", "1")}, {file(".wh.a", "")}}, there, ""},
		{"a link of its own to a lower one", [][]imagetest.File{link, {symlink("k", "a"), file("k/m/x", "1")}, {file(".wh.b", "")}}, "", here},
		{"a link of its own", [][]imagetest.File{{dir("b")}, {symlink("k", "b"), file("k/x", "1")}, {file(".wh.b", "")}}, "", ""},
		{"a hard link to a path through it", [][]imagetest.File{link, {file("a/m/x", "1"), hardlink("h", "a/m/x"), file("b/m/x", "2")}, {file("b/m/.wh.x", "")}}, "/h = 1", here + ", /h = 1"},
		{"a hard link through it", [][]imagetest.File{link, {file("y", "1"), hardlink("a/h", "y")}, {file(".wh.b", ""), file(".wh.y", "")}}, "", "/a/h = 1"},
		{"removed before a link of its own layer goes", [][]imagetest.File{link, {file(".wh.a", ""), file("a/m/x", "1")}, {file(".wh.b", "")}}, here, here},
		{"written before the link goes", [][]imagetest.File{link, {file("a/m/x", "1"), file(".wh.a", "")}, {file(".wh.a", "")}}, there, ""},
		{"written again when the link is gone", [][]imagetest.File{link, {file("a/x", "1"), file(".wh.a", ""), file("a/x", "2")}}, "/a/x = 2, /b/x = 1", "/a/x = 2"},
		{"a link to itself", [][]imagetest.File{{symlink("a", "a")}, {file("a/m/x", "1")}}, here, here},
		{"a link to a file", [][]imagetest.File{{symlink("a", "f"), file("f", "0")}, {file("a/m/x", "1")}}, here + ", /f = 0", here + ", /f = 0"},
		{"a hard link that one way cannot make", [][]imagetest.File{link, {file("a/y", "1")}, {hardlink("h", "b/y")}}, "/b/y = 1, /h = 1", "/a/y = 1"},
		{"a whiteout before a link in its directory's place", [][]imagetest.File{
			{symlink("a", "b"), file("b/y", "1"), file("d/m/x", "1")}, {file("a/z", "2"), file("d/.wh.m", ""), symlink("d", "b"), dir("d")},
		}, "/b/y = 1, /b/z = 2, /d/m/x = 1", "/a/z = 2, /b/y = 1, /d/m/x = 1"},
		{"a whiteout through a link", [][]imagetest.File{{symlink("a", "b"), file("b/m/x", "1")}, {file("a/.wh.m", "")}}, "", there},
		{"an opaque marker through a link", [][]imagetest.File{{symlink("a", "b"), file("b/m/x", "1")}, {file("a/.wh..wh..opq", "")}}, there, there},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tree, err := index(t, imagetest.None, tt.layers...)
			if err != nil {
				t.Fatal(err)
			}
			checkRuntimes(t, tree, tt.layers)
			for _, way := range []struct {
				of         *layerfs.FS
				name, want string
			}{{tree, "unpacked", tt.unpacked}, {overlayOf(tree), "laid", tt.laid}} {
				files := map[string]bool{}
				for name, body := range shown(t, way.of) {
					files[name+" = "+body] = true
				}
				for f := range maybe(t, way.of) {
					files[f[0]+" = "+f[1]] = true
				}
				delete(files, "/b/old = 0")
				if got := strings.Join(slices.Sorted(maps.Keys(files)), ", "); got != way.want {
					t.Errorf("%s over each other, the layers show %q, want %q", way.name, got, way.want)
				}
			}
		})
	}
}

// An image that builders make has one file system: what they write lies in real directories.
func TestNoOverlay(t *testing.T) {
	t.Parallel()
	usrmerge := []imagetest.File{dir("usr/bin"), symlink("bin", "usr/bin"), dir("run"), dir("var"), symlink("var/run", "/run"), file("usr/bin/sh", "1")}
	for name, upper := range map[string][]imagetest.File{
		"beside the links":               {file("usr/bin/x", ""), file("run/x", "")},
		"an upgrade":                     {file("usr/bin/sh", "2"), file("usr/bin/.wh.x", "")},
		"another link in a link's place": {symlink("bin", "/usr/bin"), file("var/.wh.run", "")},
		"a directory in a link's place":  {dir("bin"), file("bin/x", ""), file("bin/.wh.y", "")},
		"a link of its own":              {symlink("k", "usr"), file("k/x", "")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tree, err := index(t, imagetest.None, usrmerge, upper)
			if err != nil {
				t.Fatal(err)
			}
			if tree.Overlay() != nil {
				t.Error("the image is said to have two file systems")
			}
		})
	}
}

// Whatever layers write, link and remove: what either way of merging them shows in the end is in the tree for that way, or is
// one of the files of which it says that it is not sure.
func TestRuntimes(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewSource(7))
	var unpacks, lays, differ int
	for round := range 400 {
		layers := randomLayers(random, round)
		tree, err := index(t, imagetest.None, layers...)
		if err != nil {
			continue
		}
		u, l := checkRuntimes(t, tree, layers)
		if o := tree.Overlay(); o != nil {
			checkTwins(t, tree, o)
			if u && l {
				differ++
			}
		}
		if u {
			unpacks++
		}
		if l {
			lays++
		}
		if t.Failed() {
			for i, l := range layers {
				for _, f := range l {
					t.Logf("layer %d: %s %c %s%s", i, f.Name, max(f.Type, '0'), f.Link, f.Body)
				}
			}
			return
		}
	}
	if unpacks < 80 || lays < 80 || differ < 15 {
		t.Errorf("runtimes could unpack %d images, lay %d over each other, and both did so in different ways with %d", unpacks, lays, differ)
	}
}

// randomLayers are layers in which links, and what is written and removed by paths through them, are frequent.
func randomLayers(random *rand.Rand, round int) [][]imagetest.File {
	name := func() string {
		out := names()[random.Intn(3)]
		for range random.Intn(3) {
			out += "/" + names()[random.Intn(3)]
		}
		return out
	}
	target := func() string {
		switch random.Intn(8) {
		case 0:
			return "."
		case 1:
			return "/"
		case 2:
			return "../" + name()
		case 3:
			return name()
		default:
			return "/" + name()
		}
	}
	layers := make([][]imagetest.File, 2+random.Intn(3))
	for i := range layers {
		for k := range 1 + random.Intn(5) {
			body := fmt.Sprintf("%d.%d.%d", round, i, k)
			switch random.Intn(10) {
			case 0, 1:
				layers[i] = append(layers[i], symlink(name(), target()))
			case 2:
				layers[i] = append(layers[i], dir(name()))
			case 3:
				at, base := path.Split(name())
				layers[i] = append(layers[i], file(at+".wh."+base, ""))
			case 4:
				if random.Intn(3) == 0 {
					layers[i] = append(layers[i], file(name()+"/.wh..wh..opq", ""))
				} else {
					layers[i] = append(layers[i], hardlink(name(), name()))
				}
			default:
				layers[i] = append(layers[i], file(name()+"/f", body))
			}
		}
	}
	return layers
}

// checkTwins holds what an overlay says of its files' twins against the other tree.
func checkTwins(t *testing.T, tree, overlay *layerfs.FS) {
	t.Helper()
	there, unsure := shown(t, tree), maybe(t, tree)
	for v := range overlay.Versions {
		if v.Type != layerfs.Regular {
			continue
		}
		f, ok := overlay.View(v.Layer).Lstat(v.Path())
		if !ok {
			t.Fatalf("%s is not there in its own layer", v.Path())
		}
		body, twin := content(t, overlay.View(v.Layer), f), overlay.Twin(v.Path(), v.Layer)
		if twin.Path != "" {
			if g, ok := tree.View(v.Layer).Lstat(twin.Path); !ok || content(t, tree.View(v.Layer), g) != body {
				t.Errorf("the twin of %s in layer %d, %s, is another file", v.Path(), v.Layer, twin.Path)
			}
		}
		if got := there[twin.Path] == body || unsure[[2]string{twin.Path, body}]; got != twin.Shown {
			t.Errorf("Twin(%s, %d) = %+v, and it is shown: %t", v.Path(), v.Layer, twin, got)
		}
	}
}
