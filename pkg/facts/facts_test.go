package facts_test

import (
	"archive/tar"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/facts"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/inventory"
	"github.com/layergate/layergate/pkg/layerfs"
	"github.com/layergate/layergate/pkg/spool"
)

// take notes the facts of an image with these layers.
func take(t *testing.T, shipped []inventory.Privileged, layers ...[]imagetest.File) ([]facts.Layer, []inventory.Gap) {
	t.Helper()
	var img imagetest.Image
	for _, files := range layers {
		img.Layers = append(img.Layers, imagetest.Layer{Files: files})
	}
	files, err := imagetest.OCI(imagetest.Entry{Name: "app:1", Images: []imagetest.Image{img}})
	if err != nil {
		t.Fatal(err)
	}
	archive := filepath.Join(t.TempDir(), "image.tar")
	if err := files.WriteArchive(archive, imagetest.None); err != nil {
		t.Fatal(err)
	}
	sp := spool.New(spool.Config{Dir: t.TempDir()})
	opened, err := image.Open(t.Context(), archive, image.Options{Spool: sp, TempDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { opened.Close() })
	tree, err := layerfs.New(t.Context(), opened.Platforms[0].Layers, sp)
	if err != nil {
		t.Fatal(err)
	}
	out, unread, err := facts.Take(t.Context(), tree, shipped)
	if err != nil {
		t.Fatal(err)
	}
	return out, unread
}

// summary is what is noted of all layers, a line for each file.
func summary(layers []facts.Layer) []string {
	var out []string
	for i, l := range layers {
		for _, f := range l.Files {
			line := fmt.Sprintf("%d %s %s", i, f.Kind, f.Path)
			if f.Hidden >= 0 {
				line += fmt.Sprintf(" hidden by %d", f.Hidden)
			}
			if f.Package != "" {
				line += " of " + f.Package
			}
			if f.Files > 0 {
				line += fmt.Sprintf(" with %d", f.Files)
			}
			out = append(out, line+strings.Join(f.Capabilities, " "))
		}
	}
	return out
}

const netRaw = "\x01\x00\x00\x02\x00\x20\x00\x00" + "\x00\x00\x00\x00" + "\x00\x00\x00\x00\x00\x00\x00\x00"

func TestTake(t *testing.T) {
	t.Parallel()
	file := func(name string, mode int64) imagetest.File { return imagetest.File{Name: name, Mode: mode, Body: "x"} }
	dir := func(name string, mode int64) imagetest.File {
		return imagetest.File{Name: name, Mode: mode, Type: tar.TypeDir}
	}
	const elf = "\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x03\x00\x3e\x00"
	const openSSH = "sshd: no hostkeys available -- exiting.\x00"
	program := func(name, says string) imagetest.File {
		return imagetest.File{Name: name, Mode: 0o755, Body: elf + says}
	}
	link := func(name, to string) imagetest.File {
		return imagetest.File{Name: name, Type: tar.TypeSymlink, Link: to}
	}
	capable := imagetest.File{Name: "bin/probe", Mode: 0o755, Body: "x", PAX: map[string]string{"SCHILY.xattr.security.capability": netRaw}}
	tests := []struct {
		name   string
		layers [][]imagetest.File
		want   []string
	}{
		{"setuid and setgid", [][]imagetest.File{{file("bin/a", 0o6755), file("bin/b", 0o755), dir("srv", 0o2775)}}, []string{"0 setgid /bin/a", "0 setuid /bin/a"}},
		{"setgid for locks", [][]imagetest.File{{file("a", 0o2644)}}, nil},
		{"a setuid file that is removed", [][]imagetest.File{{file("bin/a", 0o4755)}, {file("bin/.wh.a", 0)}}, []string{"0 setuid /bin/a hidden by 1"}},
		{"a setuid file below an opaque directory", [][]imagetest.File{{file("bin/a", 0o4755)}, {file("bin/.wh..wh..opq", 0)}}, []string{"0 setuid /bin/a hidden by 1"}},
		{"a setuid file that loses the bit", [][]imagetest.File{{file("bin/a", 0o4755)}, {file("bin/a", 0o755)}}, []string{"0 setuid /bin/a hidden by 1"}},
		{"a hard link of a setuid file", [][]imagetest.File{{file("bin/a", 0o4755)}, {{Name: "bin/b", Link: "bin/a", Type: tar.TypeLink}}},
			[]string{"0 setuid /bin/a", "1 setuid /bin/b"}},
		{"a hard link that makes a file setuid", [][]imagetest.File{{file("bin/a", 0o755), {Name: "bin/b", Link: "bin/a", Type: tar.TypeLink, Mode: 0o4755}}},
			[]string{"0 setuid /bin/b"}},
		{"capabilities", [][]imagetest.File{{capable}}, []string{"0 capabilities /bin/probeCAP_NET_RAW"}},
		{"capabilities that allow nothing", [][]imagetest.File{{{Name: "bin/probe", Mode: 0o755, PAX: map[string]string{"SCHILY.xattr.security.capability": "\x00\x00\x00\x02" + strings.Repeat("\x00", 16)}}}}, nil},
		{"a file for everybody that is removed from a directory for everybody", [][]imagetest.File{{dir("a", 0o777), file("a/c", 0o666)}, {file("a/.wh.c", 0)}},
			[]string{"0 writable-dir /a", "0 writable-file /a/c hidden by 1"}},
		{"a device", [][]imagetest.File{{{Name: "srv/disk", Type: tar.TypeBlock}, {Name: "dev/null", Type: tar.TypeChar}, {Name: "pipe", Type: tar.TypeFifo}}}, []string{"0 device /srv/disk"}},
		{"a sticky directory", [][]imagetest.File{{dir("tmp", 0o1777), dir("dev/shm", 0o777)}}, nil},
		{"a directory for everybody", [][]imagetest.File{{dir("a", 0o777), dir("a/b", 0o777), file("a/c", 0o666), file("ab", 0o666)}}, []string{"0 writable-dir /a with 2", "0 writable-file /ab"}},
		{"a directory for everybody that is removed", [][]imagetest.File{{dir("a", 0o777), file("a/c", 0o666)}, {file(".wh.a", 0)}}, []string{"0 writable-dir /a hidden by 1 with 1"}},
		{"a directory that a later layer opens", [][]imagetest.File{{dir("a", 0o755), file("a/c", 0o644)}, {dir("a", 0o777)}}, []string{"1 writable-dir /a"}},
		{"SSH daemons by their names", [][]imagetest.File{{program("usr/sbin/sshd", ""), program("opt/dropbear", ""), program("opt/ssh", ""), {Name: "usr/bin/sshd", Mode: 0o755, Body: "#!/bin/sh\n"}}},
			[]string{"0 ssh-daemon /opt/dropbear", "0 ssh-daemon /usr/sbin/sshd"}},
		{"an SSH daemon by its content", [][]imagetest.File{{program("opt/server", openSSH)}}, []string{"0 ssh-daemon /opt/server"}},
		{"a hard link of an SSH daemon", [][]imagetest.File{{program("opt/server", openSSH)}, {{Name: "opt/web", Link: "opt/server", Type: tar.TypeLink, Mode: 0o755}}},
			[]string{"0 ssh-daemon /opt/server", "1 ssh-daemon /opt/web"}},
		{"a hard link that is called as one", [][]imagetest.File{{program("opt/server", ""), {Name: "opt/sshd", Link: "opt/server", Type: tar.TypeLink, Mode: 0o755}}}, []string{"0 ssh-daemon /opt/sshd"}},
		{"a hard link of sudo", [][]imagetest.File{{program("opt/s", ""), {Name: "usr/bin/sudo", Link: "opt/s", Type: tar.TypeLink, Mode: 0o755}}}, []string{"0 sudo /usr/bin/sudo"}},
		{"the name that is left of an SSH daemon", [][]imagetest.File{{program("sshd", openSSH)}, {{Name: "web", Link: "sshd", Type: tar.TypeLink, Mode: 0o755}}, {file(".wh.sshd", 0)}},
			[]string{"1 ssh-daemon /web"}},
		{"symbolic links to an SSH daemon", [][]imagetest.File{{program("opt/server", openSSH), link("usr/sbin/web", "../../opt/server"), link("web", "usr/sbin/web"), link("other", "opt/ssh"), program("opt/ssh", "")}},
			[]string{"0 ssh-daemon /opt/server", "0 ssh-daemon-link /usr/sbin/web", "0 ssh-daemon-link /web"}},
		{"a symbolic link that is called as one", [][]imagetest.File{{program("opt/server", ""), link("usr/sbin/sshd", "/opt/server"), link("sshd", "nowhere"), link("lshd", "script"), {Name: "script", Mode: 0o755, Body: "#!/bin/sh\n"}}},
			[]string{"0 ssh-daemon /usr/sbin/sshd"}},
		{"links that are removed", [][]imagetest.File{{program("opt/server", openSSH), link("web", "opt/server")}, {file(".wh.web", 0)}}, []string{"0 ssh-daemon /opt/server"}},
		{"a link that is made anew", [][]imagetest.File{{program("opt/server", openSSH), link("web", "opt/server")}, {link("web", "opt/server")}}, []string{"0 ssh-daemon /opt/server", "1 ssh-daemon-link /web"}},
		{"an SSH daemon that nobody may run", [][]imagetest.File{{{Name: "sshd", Body: elf + openSSH}}}, nil},
		{"a symbolic link", [][]imagetest.File{{{Name: "l", Type: tar.TypeSymlink, Link: "x", Mode: 0o777}}}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			layers, unread := take(t, nil, tt.layers...)
			if diff := cmp.Diff(tt.want, summary(layers)); diff != "" || len(unread) > 0 {
				t.Errorf("Take (-want +got), unread %v:\n%s", unread, diff)
			}
		})
	}
}

// A file is a package's own where it has the path, the content and no more rights than the package's.
func TestPackages(t *testing.T) {
	t.Parallel()
	const md5, sha256, apk = "0b180078d994cb2b5ed89d7ce8e7eea2", "0a64ce10853f25cb3dc3f7d498f62d72b406be37ba8caf5aa7671414d9696049", "'Q1'+base64(sha1)"
	tests := []struct {
		name    string
		shipped inventory.Privileged
		files   []imagetest.File
		want    string
	}{
		{"as it was brought", inventory.Privileged{Setuid: true, Algorithm: "md5", Digest: md5}, nil, " of util-linux"},
		{"without a digest", inventory.Privileged{Setuid: true}, nil, " of util-linux"},
		{"with an unknown digest", inventory.Privileged{Setuid: true, Algorithm: "crc", Digest: "1"}, nil, " of util-linux"},
		{"with other content", inventory.Privileged{Setuid: true, Algorithm: "sha256", Digest: md5}, nil, ""},
		{"by another digest", inventory.Privileged{Setuid: true, Algorithm: "sha256", Digest: sha256}, nil, " of util-linux"},
		{"with other content by apk", inventory.Privileged{Setuid: true, Algorithm: apk, Digest: "Q1uXqYuvYY4aCYQHROLNp9+lK32e8="}, nil, ""},
		{"with the right content by apk", inventory.Privileged{Setuid: true, Algorithm: apk, Digest: "Q1Nj6yJPb/jTxRY6iAUiKsv5OaZbM="}, nil, " of util-linux"},
		{"without the bit", inventory.Privileged{Setgid: true, Algorithm: "md5", Digest: md5}, nil, ""},
		{"through a link to the directory", inventory.Privileged{Path: "/bin/su", Setuid: true, Algorithm: "md5", Digest: md5},
			[]imagetest.File{{Name: "bin", Type: tar.TypeSymlink, Link: "usr/bin"}}, " of util-linux"},
		{"beside the package's own", inventory.Privileged{Path: "/sbin/su", Setuid: true, Algorithm: "md5", Digest: md5}, []imagetest.File{{Name: "sbin/su", Body: "su"}}, ""},
		{"at another path", inventory.Privileged{Path: "/sbin/su", Setuid: true, Algorithm: "md5", Digest: md5}, nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := tt.shipped
			s.Package = "util-linux"
			if s.Path == "" {
				s.Path = "/usr/bin/su"
			}
			layers, _ := take(t, []inventory.Privileged{s}, append(tt.files, imagetest.File{Name: "usr/bin/su", Mode: 0o4755, Body: "su"}))
			if diff := cmp.Diff([]string{"0 setuid /usr/bin/su" + tt.want}, summary(layers)); diff != "" {
				t.Errorf("Take (-want +got):\n%s", diff)
			}
		})
	}
}

// What is not listed is counted.
func TestBound(t *testing.T) {
	t.Parallel()
	var files []imagetest.File
	for i := range 130 {
		files = append(files, imagetest.File{Name: fmt.Sprintf("bin/%03d", i), Mode: 0o4755, Body: "x"})
	}
	layers, _ := take(t, nil, files)
	if got := len(layers[0].Files); got != 100 || layers[0].More[facts.Setuid] != 30 {
		t.Errorf("Take lists %d files and counts %d more, want 100 and 30", got, layers[0].More[facts.Setuid])
	}
}

func TestHidden(t *testing.T) {
	t.Parallel()
	file := func(name string, size int) imagetest.File {
		return imagetest.File{Name: name, Body: strings.Repeat("x", size)}
	}
	layers, _ := take(t, nil,
		[]imagetest.File{file("a", 10), file("b", 20), file("c", 40), {Name: "d", Link: "a", Type: tar.TypeLink}},
		[]imagetest.File{file(".wh.a", 0), file(".wh.d", 0), file("b", 1)},
		[]imagetest.File{file("b", 2)},
	)
	want := [][]facts.Hidden{{{By: 1, Files: 2, Bytes: 30, Removed: 10}}, {{By: 2, Files: 1, Bytes: 1}}, nil}
	for i, l := range layers {
		if diff := cmp.Diff(want[i], l.Hidden); diff != "" {
			t.Errorf("layer %d hides (-want +got):\n%s", i, diff)
		}
	}
}

func TestCaches(t *testing.T) {
	t.Parallel()
	big := strings.Repeat("x", 100<<10)
	layers, _ := take(t, nil,
		[]imagetest.File{{Name: "var/cache/apt/pkgcache.bin", Body: big}, {Name: "var/lib/apt/lists/a", Body: big}, {Name: "var/cache/apk/small", Body: "x"}},
		[]imagetest.File{{Name: "var/lib/apt/lists/.wh.a"}},
	)
	if diff := cmp.Diff([]string{"0 cache /var/cache/apt with 1"}, summary(layers)); diff != "" {
		t.Errorf("Take (-want +got):\n%s", diff)
	}
}

// The mode of a device says that it is one.
func TestDeviceMode(t *testing.T) {
	t.Parallel()
	layers, _ := take(t, nil, []imagetest.File{{Name: "srv/disk", Type: tar.TypeBlock, Mode: 0o660}})
	if got := layers[0].Files[0].Mode; got != fs.ModeDevice|0o660 {
		t.Errorf("the mode is %v, want that of a device", got)
	}
}
