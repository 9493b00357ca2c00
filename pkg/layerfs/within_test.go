package layerfs_test

import (
	"testing"

	"github.com/layergate/layergate/pkg/imagetest"
)

func TestWithin(t *testing.T) {
	t.Parallel()
	tree, err := index(t, imagetest.None, []imagetest.File{
		file("etc/x", ""), file("srv/c/etc/x", ""), symlink("srv/c/absolute", "/etc/x"), symlink("srv/c/relative", "etc/x"),
		symlink("srv/c/out", "../../etc/x"), symlink("srv/c/missing", "/etc/y"), file("etc/y", ""), symlink("link", "/srv/c"),
	})
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, dir, path, want string }{
		{"its own file", "/srv/c", "/etc/x", "/srv/c/etc/x"},
		{"an absolute link", "/srv/c", "/absolute", "/srv/c/etc/x"},
		{"a relative link", "/srv/c", "/relative", "/srv/c/etc/x"},
		{"a link that climbs out", "/srv/c", "/out", "/srv/c/etc/x"},
		{"a path that climbs out", "/srv/c", "/../../etc/y", ""},
		{"a link to what only the image has", "/srv/c", "/missing", ""},
		{"by a link to the directory", "/link", "/absolute", "/srv/c/etc/x"},
		{"the root", "/", "/etc/y", "/etc/y"},
		{"no such directory", "/none", "/etc/x", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f, ok := tree.Top().Within(tt.dir).Stat(tt.path)
			if ok != (tt.want != "") || ok && f.Path != tt.want {
				t.Errorf("Within(%q).Stat(%q) = %q, %v, want %q", tt.dir, tt.path, f.Path, ok, tt.want)
			}
		})
	}
}
