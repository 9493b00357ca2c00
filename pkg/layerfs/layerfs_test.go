package layerfs_test

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/layerfs"
	"github.com/layergate/layergate/pkg/spool"
)

func dir(name string) imagetest.File { return imagetest.File{Name: name, Type: tar.TypeDir} }
func file(name, body string) imagetest.File {
	return imagetest.File{Name: name, Body: body}
}
func symlink(name, to string) imagetest.File {
	return imagetest.File{Name: name, Link: to, Type: tar.TypeSymlink}
}
func hardlink(name, to string) imagetest.File {
	return imagetest.File{Name: name, Link: to, Type: tar.TypeLink}
}

func xattr(name, key string) imagetest.File {
	return imagetest.File{Name: name, Type: tar.TypeDir, PAX: map[string]string{key: "x"}}
}

// index builds an image of the layers, opens it and indexes it.
func index(t testing.TB, c imagetest.Compression, layers ...[]imagetest.File) (*layerfs.FS, error) {
	t.Helper()
	var img imagetest.Image
	for _, files := range layers {
		img.Layers = append(img.Layers, imagetest.Layer{Files: files, Compression: c})
	}
	return indexImage(t, img, spool.Config{Memory: 1 << 10, Limit: 64 << 20})
}

func indexLayers(t testing.TB, img imagetest.Image) (*layerfs.FS, error) {
	t.Helper()
	return indexImage(t, img, spool.Config{Memory: 1 << 20, Limit: 64 << 20})
}

func indexImage(t testing.TB, img imagetest.Image, cfg spool.Config) (*layerfs.FS, error) {
	t.Helper()
	files, err := imagetest.OCI(imagetest.Entry{Images: []imagetest.Image{img}})
	if err != nil {
		t.Fatal(err)
	}
	return indexArchive(t, files, cfg)
}

func indexFiles(t testing.TB, files imagetest.Files) (*layerfs.FS, error) {
	t.Helper()
	return indexArchive(t, files, spool.Config{Memory: 1 << 20, Limit: 64 << 20})
}

// indexArchive writes an archive, opens it and indexes its only image.
func indexArchive(t testing.TB, files imagetest.Files, cfg spool.Config) (*layerfs.FS, error) {
	t.Helper()
	cfg.Dir = t.TempDir()
	path := filepath.Join(cfg.Dir, "image.tar")
	if err := files.WriteArchive(path, imagetest.None); err != nil {
		t.Fatal(err)
	}
	sp := spool.New(cfg)
	t.Cleanup(func() { sp.Close() })
	opened, err := image.Open(context.Background(), path, image.Options{Spool: sp})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { opened.Close() })
	return layerfs.New(context.Background(), opened.Platforms[0].Layers, sp)
}

// listing describes a view: path and content of files, path and target of links, path of directories.
func listing(t *testing.T, v layerfs.View) []string {
	t.Helper()
	var out []string
	v.All(func(f layerfs.File) bool {
		switch f.Type {
		case layerfs.Directory:
			out = append(out, f.Path+"/")
		case layerfs.Symlink:
			out = append(out, f.Path+" -> "+f.Link)
		case layerfs.Regular:
			out = append(out, fmt.Sprintf("%s = %s", f.Path, content(t, v, f)))
		default:
			out = append(out, f.Path+" !")
		}
		return true
	})
	return out
}

func content(t *testing.T, v layerfs.View, f layerfs.File) string {
	t.Helper()
	r, err := v.Open(f)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	body, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestLayersStack(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		layers [][]imagetest.File
		want   []string // after the last layer
	}{
		{
			name:   "a later layer replaces",
			layers: [][]imagetest.File{{file("a", "1"), file("b", "1")}, {file("a", "2")}},
			want:   []string{"/a = 2", "/b = 1"},
		},
		{
			name:   "names are rooted",
			layers: [][]imagetest.File{{file("./a", "1"), file("/ko-app/b", "2"), file("x/../c", "3")}},
			want:   []string{"/a = 1", "/c = 3", "/ko-app/", "/ko-app/b = 2"},
		},
		{
			name:   "whiteout of a file",
			layers: [][]imagetest.File{{file("d/a", "1"), file("d/b", "1")}, {file("d/.wh.a", "")}},
			want:   []string{"/d/", "/d/b = 1"},
		},
		{
			name:   "whiteout of a directory, then made again",
			layers: [][]imagetest.File{{file("d/a", "1"), file("d/e/f", "1")}, {file(".wh.d", "")}, {file("d/b", "2")}},
			want:   []string{"/d/", "/d/b = 2"},
		},
		{
			name:   "a whiteout hides lower layers only, wherever it stands",
			layers: [][]imagetest.File{{file("d/a", "1"), file("d/b", "1")}, {file("d/a", "2"), file(".wh.d", ""), file("d/c", "2")}},
			want:   []string{"/d/", "/d/a = 2", "/d/c = 2"},
		},
		{
			name:   "opaque directory",
			layers: [][]imagetest.File{{file("d/a", "1"), file("d/e/f", "1")}, {file("d/b", "2"), file("d/.wh..wh..opq", "")}},
			want:   []string{"/d/", "/d/b = 2"},
		},
		{
			name:   "names of the storage driver",
			layers: [][]imagetest.File{{file(".wh..wh.plnk/1", ""), file(".wh..wh.aufs", ""), file("a", "1")}},
			want:   []string{"/.wh..wh.plnk/", "/.wh..wh.plnk/1 = ", "/a = 1"},
		},
		{
			name:   "whiteout of nothing",
			layers: [][]imagetest.File{{file("a", "1")}, {file(".wh.b", ""), file("x/.wh.y", "")}},
			want:   []string{"/a = 1"},
		},
		{
			name:   "hard links",
			layers: [][]imagetest.File{{file("a", "1"), hardlink("b", "a")}, {hardlink("c", "b"), file("a", "2")}},
			want:   []string{"/a = 2", "/b = 1", "/c = 1"},
		},
		{
			name:   "a file under a linked directory lands in the directory",
			layers: [][]imagetest.File{{dir("usr/lib"), symlink("lib", "usr/lib")}, {file("lib/x", "1")}},
			want:   []string{"/lib -> usr/lib", "/usr/", "/usr/lib/", "/usr/lib/x = 1"},
		},
		{
			name:   "a directory takes the place of a link",
			layers: [][]imagetest.File{{dir("usr/lib"), symlink("lib", "usr/lib")}, {dir("lib"), file("lib/x", "1")}},
			want:   []string{"/lib/", "/lib/x = 1", "/usr/", "/usr/lib/"},
		},
		{
			name:   "a file takes the place of a directory",
			layers: [][]imagetest.File{{file("d/a", "1")}, {file("d", "2")}, {file("d/b", "3")}},
			want:   []string{"/d/", "/d/b = 3"},
		},
		{
			name:   "whiteout under a linked directory",
			layers: [][]imagetest.File{{file("usr/lib/x", "1"), symlink("lib", "usr/lib")}, {file("lib/.wh.x", "")}},
			want:   []string{"/lib -> usr/lib", "/usr/", "/usr/lib/"},
		},
		{
			name:   "devices",
			layers: [][]imagetest.File{{{Name: "dev/null", Type: tar.TypeChar}, {Name: "pipe", Type: tar.TypeFifo}}},
			want:   []string{"/dev/", "/dev/null !", "/pipe !"},
		},
		{
			name:   "the same name twice",
			layers: [][]imagetest.File{{file("a", "1"), file("a", "2")}},
			want:   []string{"/a = 2"},
		},
		{
			name:   "long names",
			layers: [][]imagetest.File{{file(strings.Repeat("long/", 60)+"name", "1")}, {file("long/.wh.long", "")}},
			want:   []string{"/long/"},
		},
	}
	for _, tt := range tests {
		for _, c := range []imagetest.Compression{imagetest.None, imagetest.Gzip, imagetest.Zstd} {
			t.Run(tt.name+" "+string(c), func(t *testing.T) {
				t.Parallel()
				tree, err := index(t, c, tt.layers...)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.want, listing(t, tree.Top())); diff != "" {
					t.Errorf("Top() (-want +got):\n%s", diff)
				}
			})
		}
	}
}

func TestViewsOfLowerLayersStay(t *testing.T) {
	t.Parallel()
	tree, err := index(t, imagetest.Gzip,
		[]imagetest.File{file("a", "1"), file("d/x", "1")},
		[]imagetest.File{file("a", "2"), file(".wh.d", "")},
		[]imagetest.File{file("d/x", "3")},
	)
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"/a = 1", "/d/", "/d/x = 1"},
		{"/a = 2"},
		{"/a = 2", "/d/", "/d/x = 3"},
	}
	for i := range want {
		if diff := cmp.Diff(want[i], listing(t, tree.View(i))); diff != "" {
			t.Errorf("View(%d) (-want +got):\n%s", i, diff)
		}
	}
}

func TestStatFollowsLinks(t *testing.T) {
	t.Parallel()
	tree, err := index(t, imagetest.None, []imagetest.File{
		file("usr/lib/x.so.1", "lib"), symlink("usr/lib/x.so", "x.so.1"), symlink("lib", "usr/lib"),
		symlink("etc/up", "../../../../usr/lib/x.so"), symlink("loop", "loop"), symlink("a", "b"), symlink("b", "a"),
		symlink("dangling", "/nowhere"), symlink("abs", "/lib/x.so"),
	})
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, want string // want is the real path, or empty
	}{
		{"/lib/x.so", "/usr/lib/x.so.1"},
		{"lib/x.so.1", "/usr/lib/x.so.1"},
		{"/etc/up", "/usr/lib/x.so.1"},
		{"/abs", "/usr/lib/x.so.1"},
		{"/lib/../lib/./x.so", "/usr/lib/x.so.1"},
		{"/loop", ""},
		{"/a", ""},
		{"/a/c", ""},
		{"/dangling", ""},
		{"/usr/lib/x.so.1/y", ""},
	}
	for _, tt := range tests {
		f, ok := tree.Top().Stat(tt.name)
		if ok != (tt.want != "") || ok && f.Path != tt.want {
			t.Errorf("Stat(%q) = %q, %t, want %q", tt.name, f.Path, ok, tt.want)
		}
	}
}

func TestGlob(t *testing.T) {
	t.Parallel()
	tree, err := index(t, imagetest.None,
		[]imagetest.File{
			file("var/lib/dpkg/status", "1"), file("var/lib/dpkg/status.d/base", "1"), file("usr/bin/python3.11", "1"),
			file("opt/a/lib/x.jar", "1"), file("opt/b/X.JAR", "1"), symlink("lib", "usr/lib"), file("usr/lib/apk/db/installed", "1"),
		},
		[]imagetest.File{symlink("usr/local/bin/python3", "/usr/bin/python3.11"), file("opt/a/lib/y.jar", "2"), symlink("srv", "/opt/b")},
	)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		pattern string
		want    []string // name, real path where it is another, and + where added by the last layer
	}{
		{"**/var/lib/dpkg/{status,status.d/**}", []string{"/var/lib/dpkg/status", "/var/lib/dpkg/status.d/base"}},
		{"**/*.jar", []string{"/opt/a/lib/x.jar", "/opt/a/lib/y.jar +"}},
		{"**/python*", []string{"/usr/bin/python3.11 +"}},
		{"**/local/bin/python?", []string{"/usr/local/bin/python3 (/usr/bin/python3.11) +"}},
		{"/lib/apk/db/installed", []string{"/lib/apk/db/installed (/usr/lib/apk/db/installed)"}},
		{"**/lib/apk/db/installed", []string{"/usr/lib/apk/db/installed"}},
		{"srv/*", []string{"/srv/X.JAR (/opt/b/X.JAR) +"}},
		{"opt/**", []string{"/opt/a/lib/x.jar", "/opt/a/lib/y.jar +", "/opt/b/X.JAR"}},
		{"**/nothing", nil},
		{"*", nil},
		{"**/[xy].jar", []string{"/opt/a/lib/x.jar", "/opt/a/lib/y.jar +"}},
	}
	for _, tt := range tests {
		matches, err := tree.Top().Glob(tt.pattern)
		if err != nil {
			t.Errorf("Glob(%q): %v", tt.pattern, err)
		}
		var got []string
		for _, m := range matches {
			s := m.Name
			if m.File.Path != m.Name {
				s += " (" + m.File.Path + ")"
			}
			if m.Added {
				s += " +"
			}
			got = append(got, s)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("Glob(%q) (-want +got):\n%s", tt.pattern, diff)
		}
	}
	if _, err := tree.Top().Glob("[a"); err == nil {
		t.Error("Glob([a) gives no error")
	}
}

func TestOfType(t *testing.T) {
	t.Parallel()
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Skip("this system shows no /proc/self/exe: ", err)
	}
	tree, err := index(t, imagetest.Gzip, []imagetest.File{
		file("bin/test", string(self[:4096])), file("bin/script", "#!/bin/sh\n"), file("win.exe", "MZ"+strings.Repeat("\x00", 200)),
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range tree.Top().OfType("application/x-executable", "application/x-sharedlib", "application/vnd.microsoft.portable-executable") {
		got = append(got, m.Name+" "+m.File.MIME)
	}
	if len(got) != 2 || !strings.HasPrefix(got[0], "/bin/test application/x-") || !strings.HasPrefix(got[1], "/win.exe application/vnd.microsoft") {
		t.Errorf("OfType() = %q, want the two executables", got)
	}
}

// What another program runs is found by how it begins, whether it may be run by itself or not.
func TestOfTypeOfArchives(t *testing.T) {
	t.Parallel()
	tree, err := index(t, imagetest.Gzip, []imagetest.File{
		{Name: "app", Body: "PK\x03\x04"}, {Name: "tool", Mode: 0o755, Body: "#!/usr/bin/python3\n"}, {Name: "notes", Body: "#!/usr/bin/python3\n"}, {Name: "short", Body: "PK"},
		{Name: "page", Body: "<?PHP echo 1;"}, {Name: "electron", Body: "\x04\x00\x00\x00"},
		{Name: "package", Mode: 0o755, Body: "!<arch>\ndebian-binary"}, {Name: "manual", Body: "\x1f\x8b\x08\x00"}, {Name: "manual.bz2", Body: "BZh9"}, {Name: "manual.xz", Body: "\xfd7zXZ"}, {Name: "manual.zst", Body: "\x28\xb5\x2f\xfd"}, {Name: "manual2.zst", Body: "\x50\x2a\x4d\x18"}, {Name: "disk", Body: strings.Repeat("\x00", 20<<10)}, {Name: "data", Body: strings.Repeat("\x00", 20<<10+1)},
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range tree.Top().OfType(layerfs.ZIP, layerfs.ASAR, layerfs.Script, layerfs.Packed) {
		got = append(got, m.Name+" "+m.File.MIME)
		if m.File.Executable() {
			t.Errorf("%s is an executable, want none", m.Name)
		}
	}
	if want := []string{"/app application/zip", "/disk application/x-packed", "/electron application/x-asar", "/manual application/x-packed", "/manual.bz2 application/x-packed", "/manual.xz application/x-packed", "/manual.zst application/x-packed", "/manual2.zst application/x-packed", "/notes text/x-script", "/package text/x-script", "/page text/x-script", "/tool text/x-script"}; !slices.Equal(got, want) {
		t.Errorf("OfType() = %q, want %q", got, want)
	}
}

// GNU tar stores the holes of sparse files as a map; their content is the same as that of a full file.
func TestSparseFiles(t *testing.T) {
	t.Parallel()
	gnu, err := exec.LookPath("tar")
	if err != nil {
		t.Skip("there is no tar command to make sparse entries with")
	}
	for _, format := range []string{"--format=gnu", "--format=posix"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			src := t.TempDir()
			f, err := os.Create(filepath.Join(src, "b-holes"))
			if err != nil {
				t.Fatal(err)
			}
			if err := f.Truncate(1 << 20); err != nil {
				t.Fatal(err)
			}
			for _, off := range []int64{4096, 512 << 10} {
				if _, err := f.WriteAt([]byte("data"), off); err != nil {
					t.Fatal(err)
				}
			}
			f.Close()
			for _, name := range []string{"a-before", "c-after"} {
				if err := os.WriteFile(filepath.Join(src, name), []byte(name), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			raw, err := exec.Command(gnu, "-S", format, "-C", src, "-cf", "-", "a-before", "b-holes", "c-after", "b-holes").Output()
			if err != nil {
				t.Skip("this tar command makes no sparse entries: ", err)
			}
			if len(raw) > 512<<10 {
				t.Skip("this file system has no holes")
			}
			tree, err := indexImage(t, imagetest.Image{Layers: []imagetest.Layer{{Raw: raw, Compression: imagetest.Gzip}}}, spool.Config{Limit: 64 << 20})
			if err != nil {
				t.Fatal(err)
			}
			want := make([]byte, 1<<20)
			copy(want[4096:], "data")
			copy(want[512<<10:], "data")
			holes, ok := tree.Top().Stat("/b-holes")
			if !ok || content(t, tree.Top(), holes) != string(want) {
				t.Errorf("/b-holes: found %t, or the content differs", ok)
			}
			if after, _ := tree.Top().Stat("/c-after"); content(t, tree.Top(), after) != "c-after" {
				t.Error("/c-after has other content")
			}
			if _, err := indexImage(t, imagetest.Image{Layers: []imagetest.Layer{{Raw: raw}}}, spool.Config{Limit: 1 << 19}); err == nil || !strings.Contains(err.Error(), "sparse") {
				t.Errorf("holes past the limit: %v, want an error", err)
			}
		})
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	plain, err := imagetest.Tar([]imagetest.File{file("a", strings.Repeat("x", 2000)), file("b", "y")})
	if err != nil {
		t.Fatal(err)
	}
	gzipped, err := imagetest.Compress(plain, imagetest.Gzip)
	if err != nil {
		t.Fatal(err)
	}
	random := bytes.Repeat([]byte("no tar header. "), 100)
	tests := []struct {
		name    string
		layer   imagetest.Layer
		wantErr string
	}{
		{"climbing name", imagetest.Layer{Files: []imagetest.File{file("../etc/passwd", "x")}}, "points outside the image"},
		{"climbing hard link", imagetest.Layer{Files: []imagetest.File{hardlink("a", "../../etc/passwd")}}, "points outside the image"},
		{"hard link to nothing", imagetest.Layer{Files: []imagetest.File{hardlink("a", "b")}}, "which does not exist"},
		{"root is a file", imagetest.Layer{Files: []imagetest.File{symlink(".", "b")}}, "replaces the root directory"},
		{"whiteout of ..", imagetest.Layer{Files: []imagetest.File{file("d/.wh...", "")}}, "removes no file"},
		{"whiteout with content", imagetest.Layer{Files: []imagetest.File{file("d/.wh.a", "x")}}, `"d/.wh.a" has a name by which layers remove files, and 1 bytes`},
		{"opaque marker with content", imagetest.Layer{Files: []imagetest.File{file("d/.wh..wh..opq", "x")}}, "and 1 bytes that no runtime unpacks"},
		{"a driver's own with content", imagetest.Layer{Files: []imagetest.File{file(".wh..wh.aufs", "x")}}, "and 1 bytes that no runtime unpacks"},
		{"name too long", imagetest.Layer{Files: []imagetest.File{file(strings.Repeat("n", 5000), "")}}, "more than the 4096"},
		{"truncated", imagetest.Layer{Raw: plain[:1500]}, "truncated"},
		{"no tar", imagetest.Layer{Raw: random}, "its tar is damaged, or is none: archive/tar: invalid tar header"},
		{"gzip in gzip", imagetest.Layer{Raw: gzipped, Compression: imagetest.Gzip}, "it is a gzip stream with a gzip stream in it"},
		{"a redirect", imagetest.Layer{Files: []imagetest.File{xattr("srv", "SCHILY.xattr.trusted.overlay.redirect")}}, `"srv" has the attribute trusted.overlay.redirect`},
		{"a redirect of a user", imagetest.Layer{Files: []imagetest.File{xattr("srv", "SCHILY.xattr.user.overlay.redirect")}}, "user.overlay.redirect"},
		{"an opaque directory", imagetest.Layer{Files: []imagetest.File{xattr("srv", "SCHILY.xattr.trusted.overlay.opaque")}}, "overlay.opaque"},
		{"a file without its content", imagetest.Layer{Files: []imagetest.File{xattr("srv", "SCHILY.xattr.trusted.overlay.metacopy")}}, "overlay.metacopy"},
		{"a whiteout by attribute", imagetest.Layer{Files: []imagetest.File{xattr("srv", "SCHILY.xattr.user.overlay.whiteout")}}, "overlay.whiteout"},
		{"an attribute by libarchive", imagetest.Layer{Files: []imagetest.File{xattr("srv", "LIBARCHIVE.xattr.trusted.overlay%2Eredirect")}}, "trusted.overlay.redirect"},
		{"an attribute of fuse-overlayfs", imagetest.Layer{Files: []imagetest.File{xattr("srv", "SCHILY.xattr.user.fuseoverlayfs.opaque")}}, "fuseoverlayfs.opaque"},
		{"an attribute of a whiteout", imagetest.Layer{Files: []imagetest.File{{Name: ".wh.srv", PAX: map[string]string{"SCHILY.xattr.trusted.overlay.redirect": "/x"}}}}, "overlay.redirect"},
		{"bomb", imagetest.Layer{Files: []imagetest.File{file("zero", strings.Repeat("\x00", 80<<20))}, Compression: imagetest.Gzip}, "exceeds the limit"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := indexImage(t, imagetest.Image{Layers: []imagetest.Layer{{Files: []imagetest.File{file("ok", "")}}, tt.layer}}, spool.Config{Limit: 64 << 20})
			if err == nil || !strings.Contains(err.Error(), tt.wantErr) || !strings.Contains(err.Error(), "layer 1 (sha256:") {
				t.Errorf("New() = %v, want an error with %q that names the layer", err, tt.wantErr)
			}
		})
	}
}
