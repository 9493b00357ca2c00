package inventory_test

import (
	"archive/tar"
	"crypto/md5"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/inventory"
)

// A package that a layer writes below a link of a lower one is in another place with runtimes that lay layers over each
// other: it is visible unless it is hidden in both, and told once.
func TestOverlay(t *testing.T) {
	t.Parallel()
	link := []imagetest.File{symlink("a", "b"), npm("b/node_modules/old", "old", "1")}
	x := func(dir, version string) imagetest.File { return npm(dir+"/node_modules/x", "x", version) }
	const old = "npm old 1 layer 0 visible /b/node_modules/old/package.json"
	const gone = "npm old 1 layer 0 shadowed /b/node_modules/old/package.json"
	at := func(name, state, dir string) string {
		return "npm " + name + " layer 1 " + state + " /" + dir + "/node_modules/x/package.json"
	}
	// A usr that is merged, with a package that is listed by its old path.
	usr := []imagetest.File{
		osRelease("12"), status("foo=1"), symlink("bin", "usr/bin"), symlink("lib", "usr/lib"), {Name: "usr/bin/foo", Body: "\x7fELF1", Mode: 0o755},
		file("var/lib/dpkg/info/foo.list", "/bin/foo\n/lib/foo.py\n"), file("usr/lib/foo.py", "1"),
	}
	elf := "\x7fELF" + strings.Repeat("\x00", 60) + "BusyBox v1.36.1 (2023-11-07)\x00"
	busybox := []imagetest.File{
		osRelease("12"), status("busybox=1.36.1"), symlink("bin", "usr/bin"), file("var/lib/dpkg/info/busybox.md5sums", fmt.Sprintf("%x  bin/busybox\n", md5.Sum([]byte(elf)))),
		file("usr/bin/busybox", elf),
	}
	tests := []struct {
		name   string
		layers [][]imagetest.File
		want   []string
	}{
		{"a program of the distribution, listed by its old path", [][]imagetest.File{busybox, {file("bin/tool", "1")}},
			[]string{"deb busybox 1.36.1 layer 0 visible /var/lib/dpkg/status"}},
		{"a program of the distribution that is removed", [][]imagetest.File{busybox, {file("bin/tool", "1")}, {status("x=1"), file("usr/bin/.wh.busybox", "")}},
			[]string{"deb busybox 1.36.1 layer 0 shadowed /var/lib/dpkg/status", "deb x 1 layer 2 visible /var/lib/dpkg/status"}},
		{"nothing hides it", [][]imagetest.File{link, {x("a", "1")}}, []string{old, at("x 1", "visible", "b")}},
		{"removed at one place", [][]imagetest.File{link, {x("a", "1")}, {file(".wh.b", "")}}, []string{gone, at("x 1", "visible", "a")}},
		{"removed through the link", [][]imagetest.File{link, {x("a", "1")}, {file("a/node_modules/.wh.x", "")}}, []string{old, at("x 1", "shadowed", "b")}},
		{"the link removed", [][]imagetest.File{link, {x("a", "1")}, {file(".wh.a", "")}}, []string{old, at("x 1", "visible", "b")}},
		{"both in one layer", [][]imagetest.File{link, {x("a", "1"), x("b", "2")}}, []string{old, at("x 1", "visible", "a"), at("x 2", "visible", "b")}},
		{"both in one layer, both removed", [][]imagetest.File{link, {x("a", "1"), x("b", "2")}, {file("b/node_modules/.wh.x", ""), file("a/node_modules/.wh.x", "")}},
			[]string{old, at("x 1", "shadowed", "a"), at("x 2", "shadowed", "b")}},
		{"upgraded at one place", [][]imagetest.File{link, {x("a", "1")}, {x("b", "2")}},
			[]string{old, at("x 1", "visible", "a"), "npm x 2 layer 2 visible /b/node_modules/x/package.json"}},
		{"upgraded through the link", [][]imagetest.File{link, {x("a", "1")}, {x("a", "2")}},
			[]string{old, at("x 1", "shadowed", "b"), "npm x 2 layer 2 visible /b/node_modules/x/package.json"}},
		{"a database", [][]imagetest.File{{osRelease("12"), symlink("var", "data"), imagetest.File{Name: "data", Type: tar.TypeDir}}, {status("foo=1")}, {file("data/lib/.wh.dpkg", "")}},
			[]string{"deb foo 1 layer 1 visible /var/lib/dpkg/status"}},
		{"a file beside those of packages, below a link of the distribution", [][]imagetest.File{usr, {file("bin/tool", "1"), file("lib/tool.py", "1")}},
			[]string{"deb foo 1 layer 0 visible /var/lib/dpkg/status"}},
		{"and then an upgrade", [][]imagetest.File{usr, {file("bin/tool", "1")}, {status("foo=2"), {Name: "usr/bin/foo", Body: "\x7fELF2", Mode: 0o755}, file("usr/lib/foo.py", "2")}},
			[]string{"deb foo 1 layer 0 shadowed /var/lib/dpkg/status", "deb foo 2 layer 2 visible /var/lib/dpkg/status"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inv := take(t, tt.layers...)
			if diff := cmp.Diff(tt.want, describe(inv)); diff != "" {
				t.Errorf("Take (-want +got):\n%s", diff)
			}
			files := map[string]bool{}
			for _, p := range inv.Packages {
				if p.State == finding.Visible {
					files[p.Path] = true
				}
			}
			if inv.Looked.PackageFiles < len(files) { // it may be more: a package that is a part of another gave one, too
				t.Errorf("%d files gave packages, want at least %d: %v", inv.Looked.PackageFiles, len(files), files)
			}
			for _, p := range inv.Packages {
				for _, owner := range p.Owners {
					if owner >= len(inv.Packages) {
						t.Errorf("%s is owned by package %d of %d", p.Name, owner, len(inv.Packages))
					}
				}
			}
			if len(inv.Unidentified)+len(inv.Unread)+len(inv.Unreadable) > 0 {
				t.Errorf("gaps: %v %v %v", inv.Unidentified, inv.Unread, inv.Unreadable)
			}
			if err := inv.Check(len(tt.layers)); err != nil {
				t.Error(err)
			}
		})
	}
}

// What only one of the two ways shows and nothing reads is told, and counted.
func TestOverlayGaps(t *testing.T) {
	t.Parallel()
	layers := [][]imagetest.File{
		{symlink("a", "b"), imagetest.File{Name: "b", Type: tar.TypeDir}},
		{file("a/x.phar", "1\x00"), file("a/node_modules/y/index.js", "1"), file("a/node_modules/x/package.json", "{"), {Name: "a/tool", Body: "\x7fELF1", Mode: 0o755}},
	}
	gaps := func(inv *inventory.Inventory) [][]string {
		var out [][]string
		for _, list := range [][]inventory.Gap{inv.Unread, inv.Unreadable} {
			var paths []string
			for _, g := range list {
				paths = append(paths, g.Path)
			}
			out = append(out, paths)
		}
		return out
	}
	inv := take(t, layers...)
	if diff := cmp.Diff([][]string{{"/b/x.phar"}, {"/b/node_modules/x/package.json", "/b/node_modules/y"}}, gaps(inv)); diff != "" {
		t.Errorf("nothing hides them: gaps (-want +got):\n%s", diff)
	}
	if inv.Looked.Files != 4 || inv.Looked.Unowned != 1 {
		t.Errorf("nothing hides them: Looked = %+v", inv.Looked)
	}
	inv = take(t, append(layers, []imagetest.File{file(".wh.b", "")})...)
	if diff := cmp.Diff([][]string{{"/a/x.phar"}, {"/a/node_modules/x/package.json", "/a/node_modules/y"}}, gaps(inv)); diff != "" {
		t.Errorf("removed at one place: gaps (-want +got):\n%s", diff)
	}
	both := [][]string{{"/b/x.phar"}, {"/b/node_modules/x/package.json", "/b/node_modules/y"}}
	for name, hiding := range map[string]imagetest.File{"an opaque marker in the root": file(".wh..wh..opq", ""), "an opaque marker through the link": file("a/.wh..wh..opq", "")} {
		direct := []imagetest.File{file("b/x.phar", "1\x00"), file("b/node_modules/y/index.js", "1"), file("b/node_modules/x/package.json", "{")}
		if diff := cmp.Diff(both, gaps(take(t, layers[0], direct, []imagetest.File{hiding}))); diff != "" {
			t.Errorf("%s: gaps (-want +got):\n%s", name, diff)
		}
	}
	if l := inv.Looked; l.Files != 4 || l.Executables != 1 || l.Unowned != 1 || l.Data || len(l.Largest) != 1 || l.Largest[0].Path != "/a/tool" {
		t.Errorf("removed at one place: Looked = %+v", l)
	}
}

// What an image is, it is with either way of merging layers.
func TestOverlayOfData(t *testing.T) {
	t.Parallel()
	text := []imagetest.File{symlink("a", "b"), symlink("etc", "b"), file("README", "a text\n")}
	gone := []imagetest.File{{Name: "a", Type: tar.TypeDir}, {Name: "etc", Type: tar.TypeDir}, file(".wh.b", "")}
	if inv := take(t, text, []imagetest.File{file("a/x", "a text\n")}, gone); !inv.Looked.Data || inv.Release != nil {
		t.Errorf("texts: Looked = %+v, Release = %v, want data", inv.Looked, inv.Release)
	}
	if inv := take(t, text, []imagetest.File{{Name: "a/x", Body: "\x7fELF1", Mode: 0o755}}, gone); inv.Looked.Data {
		t.Errorf("a program that only one way shows: Looked = %+v", inv.Looked)
	}
	if inv := take(t, text, []imagetest.File{osRelease("12")}, gone); inv.Release == nil || inv.Looked.Data {
		t.Errorf("a distribution that only one way shows: Looked = %+v, Release = %v", inv.Looked, inv.Release)
	}
}
