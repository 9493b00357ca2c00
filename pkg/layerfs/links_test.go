package layerfs_test

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/layerfs"
)

// A path matches by whichever element of the pattern its links are, the ** among them.
func TestGlobThroughLinks(t *testing.T) {
	t.Parallel()
	const gem = "**/specifications/**/*.gemspec"
	tests := []struct {
		name    string
		layers  [][]imagetest.File
		pattern string
		want    string // the name of the only match
	}{
		{"a link in **", [][]imagetest.File{{file("data/x.gemspec", ""), symlink("gems/specifications/default", "/data")}}, gem, "/gems/specifications/default/x.gemspec"},
		{"a relative link in **", [][]imagetest.File{{file("data/x.gemspec", ""), symlink("gems/specifications/default", "../../data")}}, gem, "/gems/specifications/default/x.gemspec"},
		{"deep behind the link", [][]imagetest.File{{file("data/a/b/x.gemspec", ""), symlink("specifications/l", "/data")}}, gem, "/specifications/l/a/b/x.gemspec"},
		{"links behind each other", [][]imagetest.File{{file("d/x.gemspec", ""), symlink("c/more", "/d"), symlink("specifications/l", "/c")}}, gem, "/specifications/l/more/x.gemspec"},
		{"a link to a link", [][]imagetest.File{{file("d/x.gemspec", ""), symlink("k", "d"), symlink("specifications/l", "/k")}}, gem, "/specifications/l/x.gemspec"},
		{"a link of a matching name, and one in **", [][]imagetest.File{{file("d/x.gemspec", ""), symlink("s/l", "/d"), symlink("specifications", "/s")}}, gem, "/specifications/l/x.gemspec"},
		{"a link in *", [][]imagetest.File{{file("d/x.gemspec", ""), symlink("specifications/l", "/d")}}, "**/specifications/*/*.gemspec", "/specifications/l/x.gemspec"},
		{"a link behind a literal element", [][]imagetest.File{{file("d/x.json", ""), symlink("a/b", "/d"), file("a/y", "")}}, "**/a/b/*.json", "/a/b/x.json"},
		{"a link in ** at the end", [][]imagetest.File{{file("d/x", ""), symlink("opt/l", "/d")}}, "/opt/**", "/opt/l/x"},
		{"a link in ** behind a prefix", [][]imagetest.File{{file("d/x/copyright", ""), symlink("usr/share/doc/l", "/d")}}, "/usr/share/doc/**/copyright", "/usr/share/doc/l/x/copyright"},
		{"a prefix that is a link", [][]imagetest.File{{file("d/x/copyright", ""), symlink("usr/share/doc", "/d")}}, "/usr/share/doc/**/copyright", "/usr/share/doc/x/copyright"},
		{"a prefix that is a link to the root", [][]imagetest.File{{file("d/x.json", ""), symlink("l", "/"), symlink("e", "/d")}}, "/l/**/e/*.json", "/l/e/x.json"},
		{"a link in a higher layer", [][]imagetest.File{{file("data/x.gemspec", ""), dir("specifications")}, {symlink("specifications/l", "/data")}}, gem, "/specifications/l/x.gemspec"},
		{"a file in a higher layer", [][]imagetest.File{{symlink("specifications/l", "/data"), dir("data")}, {file("data/x.gemspec", "")}}, gem, "/specifications/l/x.gemspec"},
		{"a directory that the link waits for", [][]imagetest.File{{symlink("specifications/l", "/data")}, {file("data/x.gemspec", "")}}, gem, "/specifications/l/x.gemspec"},
		{"more links than one follows", [][]imagetest.File{chain(30, "specifications")}, gem, "/specifications" + strings.Repeat("/l", 31) + "/x.gemspec"},
		{"links in a circle", [][]imagetest.File{{file("d/x.gemspec", ""), symlink("d/up", "/specifications"), symlink("specifications/l", "/d")}}, gem, "/specifications/l/x.gemspec"},
		{"a link to the root", [][]imagetest.File{{file("x.gemspec", ""), symlink("specifications/l", "/")}}, gem, "/specifications/l/x.gemspec"},
		{"the file is a link", [][]imagetest.File{{file("hidden", ""), symlink("d/x.gemspec", "/hidden"), symlink("specifications/l", "/d")}}, gem, "/specifications/l/x.gemspec"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tree, err := index(t, imagetest.None, tt.layers...)
			if err != nil {
				t.Fatal(err)
			}
			for find, search := range map[string]func(string) ([]layerfs.Match, error){"Glob": tree.Top().Glob, "GlobAdded": tree.Top().GlobAdded} {
				got, err := search(tt.pattern)
				if err != nil || len(got) != 1 || got[0].Name != tt.want || !got[0].Added {
					t.Errorf("%s(%q) = %+v, %v, want %s", find, tt.pattern, got, err, tt.want)
				}
			}
		})
	}
}

// chain is a directory from which n links, each in the directory that the last leads to, lead to a file.
func chain(n int, from string) []imagetest.File {
	out := []imagetest.File{symlink(from+"/l", "/c0"), file(fmt.Sprintf("c%d/x.gemspec", n), "")}
	for i := range n {
		out = append(out, symlink(fmt.Sprintf("c%d/l", i), fmt.Sprintf("/c%d", i+1)))
	}
	return out
}

// Whatever directories and links an image has, Glob finds the files that a walk through it finds, and each by a path
// that matches and leads to it.
func TestGlobFindsWhatAWalkFinds(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewSource(13))
	patterns := []string{"**/*.x", "**/a/**/*.x", "**/a/*/c.x", "/a/**/*", "/a/b/**/c.x", "a/*", "**/b/c.x", "**/[ab]/**", "/**/a/b/*", "/*/b/**/*", "**", "*"}
	found := 0
	for range 150 {
		img := randomLinks(random, 1+random.Intn(2))
		tree, err := indexLayers(t, img)
		if err != nil {
			t.Fatal(err)
		}
		v := tree.Top()
		paths := walked(v, "", 5)
		for _, pattern := range patterns {
			matches, err := v.Glob(pattern)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, m := range matches {
				f, ok := v.Stat(m.Name)
				if rooted := "/" + strings.TrimPrefix(pattern, "/"); !ok || f.Path != m.File.Path || !doublestar.MatchUnvalidated(rooted, m.Name) {
					t.Errorf("Glob(%q): %s leads to %s, or does not match", pattern, m.Name, m.File.Path)
				}
				got = append(got, m.File.Path)
			}
			for p, real := range paths {
				if doublestar.MatchUnvalidated("/"+strings.TrimPrefix(pattern, "/"), p) {
					if found++; !slices.Contains(got, real) {
						t.Errorf("Glob(%q) misses %s, which is %s", pattern, p, real)
					}
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
	if found < 1000 {
		t.Errorf("there were only %d files to be found", found)
	}
}

// randomLinks are layers of files and of links to some of them, or to nothing.
func randomLinks(random *rand.Rand, layers int) (img imagetest.Image) {
	name := func() string { return randomName(random) }
	for range layers {
		var files []imagetest.File
		for range 2 + random.Intn(6) {
			if random.Intn(2) == 0 {
				files = append(files, symlink(name(), "/"+name()))
			} else {
				files = append(files, file(name(), "x"))
			}
		}
		img.Layers = append(img.Layers, imagetest.Layer{Files: files})
	}
	return img
}

// walked lists the regular files by all paths of some elements, with their real paths.
func walked(v layerfs.View, dir string, depth int) map[string]string {
	out := map[string]string{}
	for _, n := range names() {
		p := dir + "/" + n
		f, ok := v.Stat(p)
		switch {
		case ok && f.Type == layerfs.Regular:
			out[p] = f.Path
		case ok && f.Type == layerfs.Directory && depth > 1:
			for below, real := range walked(v, p, depth-1) {
				out[below] = real
			}
		}
	}
	return out
}

// Many links to one directory of many files cost no more than their number.
func TestGlobThroughManyLinks(t *testing.T) {
	t.Parallel()
	var files []imagetest.File
	for i := range 2000 {
		files = append(files, file(fmt.Sprintf("real/%d/x", i), ""), symlink(fmt.Sprintf("%d/lib", i), "/real"))
	}
	tree, err := index(t, imagetest.None, files)
	if err != nil {
		t.Fatal(err)
	}
	for pattern, want := range map[string]int{"**/lib/[ab]/x": 0, "**/lib/**/x": 2000, "**/lib/*/**/y": 0} {
		if got, err := tree.Top().Glob(pattern); err != nil || len(got) != want {
			t.Errorf("Glob(%q) = %d matches, %v, want %d", pattern, len(got), err, want)
		}
	}
}
