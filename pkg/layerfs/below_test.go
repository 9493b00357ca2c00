package layerfs_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/imagetest"
)

func TestBelow(t *testing.T) {
	t.Parallel()
	tree, err := index(t, imagetest.None,
		[]imagetest.File{file("a/b/x", ""), file("a/y", ""), file("ab", ""), symlink("l", "a")},
		[]imagetest.File{file("a/.wh.y", ""), file("a/z", "")},
	)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name  string
		layer int
		dir   string
		want  []string
	}{
		{"the first layer", 0, "/a", []string{"/a/b", "/a/b/x", "/a/y"}},
		{"the last layer", 1, "/a", []string{"/a/b", "/a/b/x", "/a/z"}},
		{"through a link", 1, "/l", []string{"/a/b", "/a/b/x", "/a/z"}},
		{"a file", 1, "/a/z", nil},
		{"nothing", 1, "/none", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for f := range tree.View(tt.layer).Below(tt.dir) {
				got = append(got, f.Path)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Below(%q) (-want +got):\n%s", tt.dir, diff)
			}
		})
	}
}
