package layerfs_test

import (
	"archive/tar"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/layerfs"
)

// Runtimes that lay layers over each other (overlayfs) see some files that runtimes which unpack them over each other
// do not. Each case was tried with containerd's unpacking and a mount of the kernel's.
func TestUnsure(t *testing.T) {
	t.Parallel()
	base := []imagetest.File{file("app/m/vuln", "1"), symlink("l", "app")}
	tests := []struct {
		name  string
		upper []imagetest.File
		want  bool // runtimes differ about /app/m/vuln of layer 0
	}{
		{"nothing", []imagetest.File{file("x", "")}, false},
		{"whiteout", []imagetest.File{file("app/m/.wh.vuln", "")}, false},
		{"whiteout of the directory", []imagetest.File{file(".wh.app", "")}, false},
		{"opaque directory", []imagetest.File{dir("app"), file("app/.wh..wh..opq", ""), file("app/new", "")}, false},
		{"replaced", []imagetest.File{file("app/m/vuln", "2")}, false},
		{"opaque root", []imagetest.File{file(".wh..wh..opq", "")}, true},
		{"whiteout, then a directory", []imagetest.File{file(".wh.app", ""), dir("app")}, true},
		{"whiteout, then a file in it", []imagetest.File{file(".wh.app", ""), file("app/new", "")}, true},
		{"whiteout, then an opaque directory", []imagetest.File{file(".wh.app", ""), dir("app"), file("app/.wh..wh..opq", "")}, false},
		{"a file, then a directory", []imagetest.File{file("app", ""), dir("app")}, true},
		{"a file", []imagetest.File{file("app", "")}, false},
		{"a device in the directory's place", []imagetest.File{{Name: "app", Type: tar.TypeChar}}, true},
		{"a device in the file's place", []imagetest.File{{Name: "app/m/vuln", Type: tar.TypeBlock}}, true},
		{"a whiteout, and a device elsewhere", []imagetest.File{file("app/m/.wh.vuln", ""), {Name: "x", Type: tar.TypeChar}}, false},
		{"whiteout through a link", []imagetest.File{file("l/.wh.m", "")}, true},
		{"overwritten through a link", []imagetest.File{file("l/m/vuln", "2")}, true},
		{"opaque through a link of the same layer", []imagetest.File{symlink("k", "app"), file("k/.wh..wh..opq", "")}, true},
		{"removed, and made again through a link of the same layer", []imagetest.File{symlink("k", "."), file(".wh.app", ""), dir("k/app")}, true},
		{"opaque, then a file, then a directory", []imagetest.File{file("x", ""), file("app/.wh..wh..opq", ""), file("app", ""), dir("app")}, true},
		{"through a link of the same layer", []imagetest.File{symlink("k", "app"), file("k/m/vuln", "2")}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tree, err := index(t, imagetest.None, base, tt.upper)
			if err != nil {
				t.Fatal(err)
			}
			got := tree.Unsure("/app/m/vuln", 0)
			if o := tree.Overlay(); o != nil {
				f, ok := o.Top().Lstat("/app/m/vuln")
				got = got || ok && f.Layer == 0
			}
			if got != tt.want {
				t.Errorf("runtimes differ about the file: %t, want %t", got, tt.want)
			}
		})
	}
	// A whiteout in a directory that takes a lower link's place is about that directory.
	tree, err := index(t, imagetest.None, base, []imagetest.File{dir("l"), file("l/.wh.m", "")})
	if err != nil {
		t.Fatal(err)
	}
	if f, ok := tree.Top().Stat("/app/m/vuln"); !ok || f.Layer != 0 {
		t.Errorf("the whiteout reached through the link: found %t", ok)
	}
}

// A name that leads to another file since the last layer is new there, whichever link on its way changed.
func TestGlobSeesRetargetedLinks(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name         string
		lower, upper []imagetest.File
	}{
		{"directory links", []imagetest.File{symlink("var/lib/dpkg", "/d"), symlink("d", "/empty"), dir("empty"), file("hidden/status", "x")}, []imagetest.File{symlink("d", "/hidden")}},
		{"file links", []imagetest.File{symlink("var/lib/dpkg/status", "/s1"), symlink("s1", "/clean"), file("clean", ""), file("hidden", "x")}, []imagetest.File{symlink("s1", "/hidden")}},
		{"two directory links", []imagetest.File{symlink("var", "/x"), symlink("x/lib", "/y"), file("y/dpkg/status", "x")}, []imagetest.File{file("y/dpkg/status", "y")}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tree, err := index(t, imagetest.None, tt.lower, tt.upper)
			if err != nil {
				t.Fatal(err)
			}
			for _, pattern := range []string{"**/var/lib/dpkg/status", "/var/lib/dpkg/status", "**/lib/dpkg/{status,status.d/**}"} {
				matches, err := tree.Top().Glob(pattern)
				if err != nil {
					t.Fatal(err)
				}
				if !slices.ContainsFunc(matches, func(m layerfs.Match) bool { return m.Added && strings.HasSuffix(m.Name, "/lib/dpkg/status") }) {
					t.Errorf("Glob(%q) = %+v, want an added match", pattern, matches)
				}
			}
		})
	}
}

// Small archives that once took minutes or gigabytes. There is no clock in the assertions: each case takes milliseconds
// where the work grows with the archive, and the test's time limit where it does not.
func TestHostileLayersStayCheap(t *testing.T) {
	t.Parallel()
	repeat := func(n int, f func(i int) []imagetest.File) []imagetest.File {
		var out []imagetest.File
		for i := range n {
			out = append(out, f(i)...)
		}
		return out
	}
	const n = 20000
	tests := []struct {
		name    string
		lower   []imagetest.File
		upper   []imagetest.File
		wantErr string
	}{
		{
			name:  "opaque over and over",
			lower: repeat(n, func(i int) []imagetest.File { return []imagetest.File{file(fmt.Sprintf("d/%d", i), "")} }),
			upper: repeat(n, func(int) []imagetest.File { return []imagetest.File{file("d/.wh..wh..opq", "")} }),
		},
		{
			name:  "file and directory in turn",
			lower: repeat(n, func(i int) []imagetest.File { return []imagetest.File{file(fmt.Sprintf("d/%d", i), "")} }),
			upper: repeat(n, func(int) []imagetest.File { return []imagetest.File{file("d", ""), dir("d")} }),
		},
		{
			name:    "a path that grows through links",
			lower:   append([]imagetest.File{dir(strings.Repeat("directory-of-a-long-name/", 120))}, symlink("l", strings.Repeat("directory-of-a-long-name/", 120))),
			upper:   []imagetest.File{file("l/"+strings.Repeat("directory-of-a-long-name/", 120)+"x", "")},
			wantErr: "longer than the 4096 bytes",
		},
		{
			name:    "a path of very many directories",
			lower:   []imagetest.File{file(strings.Repeat("a/", 300)+"x", "")},
			wantErr: "leads through 300 directories, more than the 256",
		},
		{
			name: "deep directories without entries",
			lower: repeat(1100, func(i int) []imagetest.File {
				return []imagetest.File{file(fmt.Sprint(i)+strings.Repeat("/a", 250), "")}
			}),
			wantErr: "more than 250000 directories have no entry of their own",
		},
		{
			name: "deep directories without entries, in two layers",
			lower: repeat(600, func(i int) []imagetest.File {
				return []imagetest.File{file(fmt.Sprint(i)+strings.Repeat("/a", 250), "")}
			}),
			upper: repeat(600, func(i int) []imagetest.File {
				return []imagetest.File{file(fmt.Sprint(i)+strings.Repeat("/b", 250), "")}
			}),
			wantErr: "more than 250000 directories have no entry of their own",
		},
		{
			name: "deep directories at the ends of links",
			lower: repeat(1100, func(i int) []imagetest.File {
				return []imagetest.File{symlink(fmt.Sprint("l", i), fmt.Sprint(i)+strings.Repeat("/a", 250))}
			}),
			upper:   repeat(1100, func(i int) []imagetest.File { return []imagetest.File{file(fmt.Sprintf("l%d/x", i), "")} }),
			wantErr: "more than 250000 directories have no entry of their own",
		},
		{
			name:  "opaque over and over, behind the layer's own files",
			lower: []imagetest.File{dir("d")},
			upper: append(repeat(n, func(i int) []imagetest.File { return []imagetest.File{file(fmt.Sprintf("d/%d", i), "")} }),
				repeat(n, func(int) []imagetest.File { return []imagetest.File{file("d/.wh..wh..opq", "")} })...),
		},
		{
			name:    "an endless link",
			lower:   []imagetest.File{symlink("l", strings.Repeat("./", 100000))},
			wantErr: "longer than Linux allows",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			_, err := index(t, imagetest.Gzip, tt.lower, tt.upper)
			if (err == nil) != (tt.wantErr == "") || err != nil && !strings.Contains(err.Error(), tt.wantErr) {
				t.Errorf("New() = %v, want an error with %q", err, tt.wantErr)
			}
			t.Logf("took %v", time.Since(start))
		})
	}
}
