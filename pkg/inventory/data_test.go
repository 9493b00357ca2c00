package inventory_test

import (
	"archive/tar"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/imagetest"
)

// Only an image of texts that nothing runs has no packages that somebody could have missed.
func TestData(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("ä", 1<<20)
	many := make([]imagetest.File, 1001)
	for i := range many {
		many[i] = file("data/"+strings.Repeat("x", i%200)+string(rune('a'+i/200)), "text")
	}
	tests := []struct {
		name  string
		files []imagetest.File
		lower []imagetest.File // of a layer below
		want  bool
	}{
		{name: "a text", files: []imagetest.File{file("etc/motd", "hello\n")}, want: true},
		{name: "an empty file in a directory", files: []imagetest.File{{Name: "data", Type: tar.TypeDir}, file("data/empty", "")}, want: true},
		{name: "a long text, cut within a character", files: []imagetest.File{file("data/long", "x"+text)}, want: true},
		{name: "no file", files: []imagetest.File{{Name: "data", Type: tar.TypeDir}}},
		{name: "something that may be run", files: []imagetest.File{file("etc/motd", "hello"), {Name: "run", Body: "true", Mode: 0o755}}},
		{name: "something that a group may run", files: []imagetest.File{{Name: "run", Body: "true", Mode: 0o610}}},
		{name: "a program", files: []imagetest.File{executable("lib/program", "x")}},
		{name: "a script", files: []imagetest.File{file("run", "#!/bin/sh\n")}},
		{name: "source code by its name", files: []imagetest.File{file("app/Main.PY", "print(1)")}},
		{name: "source code by its beginning", files: []imagetest.File{file("app/index", "<html><?php echo 1 ?>")}},
		{name: "bytes that are no text", files: []imagetest.File{file("data/blob", "PK\x03\x04\x00")}},
		{name: "another encoding", files: []imagetest.File{file("data/latin1", "\xe4\xf6\xfc and more")}},
		{name: "a text that ends within a character", files: []imagetest.File{file("data/cut", "hello \xc3")}},
		{name: "a link", files: []imagetest.File{file("etc/motd", "hello"), symlink("motd", "etc/motd")}},
		{name: "more files than are looked into", files: many},
		{name: "a package", files: []imagetest.File{npm("app/node_modules/a", "a", "1.0.0")}},
		{name: "a package that nothing reads", files: []imagetest.File{file("opt/conda/conda-meta/openssl-1.1.1k-0.json", "{}")}},
		{name: "a package that a later layer removes", lower: []imagetest.File{npm("app/node_modules/a", "a", "1.0.0")}, files: []imagetest.File{file(".wh.app", ""), file("etc/motd", "hello")}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := take(t, tt.lower, tt.files).Looked.Data; got != tt.want {
				t.Errorf("Data = %t, want %t", got, tt.want)
			}
		})
	}
}
