package inventory_test

import (
	"archive/tar"
	"crypto/md5"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/inventory"
)

// What was looked at is counted of the final file system, and every executable that a package has is told from those of
// which nobody knows where they come from.
func TestLooked(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	head := string(content[:4096]) // an executable by its first bytes, and no more of it
	list := func(name string, paths ...string) imagetest.File {
		return file("var/lib/dpkg/info/"+name+".list", strings.Join(paths, "\n")+"\n")
	}
	inv := take(t,
		[]imagetest.File{
			osRelease("12"), status("tool=1", "linked=1"), list("tool", "/usr/bin/tool"), list("linked", "/bin/linked"),
			{Name: "bin", Link: "usr/bin", Type: tar.TypeSymlink},
			file("usr/bin/tool", head), file("usr/bin/linked", head+"x"), file("opt/gone", head),
		},
		[]imagetest.File{
			npm("app/node_modules/addon", "addon", "1.0.0"), file("app/node_modules/addon/build/addon.node", head),
			file("opt/.wh.gone", ""), file("opt/mine", head), file("opt/larger", head+"xx"), file("opt/text", "text"),
		},
	)
	want := inventory.Looked{
		Files: 11, PackageFiles: 2, Executables: 5, Unowned: 2,
		Largest: []inventory.Executable{{Path: "/opt/larger", Size: int64(len(head)) + 2, Layer: 1}, {Path: "/opt/mine", Size: int64(len(head)), Layer: 1}},
	}
	if diff := cmp.Diff(want, inv.Looked); diff != "" {
		t.Errorf("Looked (-want +got):\n%s", diff)
	}
}

// A file belongs to the package that lists it by a path which leads through a link, also where the same link brings
// others of that name.
func TestLookedThroughLinks(t *testing.T) {
	t.Parallel()
	list := file("var/lib/dpkg/info/linked.list", "/bin/linked\n")
	inv := take(t, []imagetest.File{
		osRelease("12"), status("linked=1"), list, symlink("bin", "usr/bin"), executable("usr/bin/linked", "x"), executable("opt/linked", "x"),
	})
	want := []inventory.Executable{{Path: "/opt/linked", Size: 65, Layer: 0}}
	if diff := cmp.Diff(want, inv.Looked.Largest); diff != "" {
		t.Errorf("Largest (-want +got):\n%s", diff)
	}
}

// A package may be visible though the file that it was found in is not in the final file system.
func TestLookedWithoutFiles(t *testing.T) {
	t.Parallel()
	inv := take(t, []imagetest.File{npm("app/node_modules/a", "a", "1.0.0")}, []imagetest.File{file(".wh.app", ""), {Name: "app", Type: tar.TypeDir}})
	if len(inv.Packages) != 1 || inv.Looked.Files != 0 || inv.Looked.PackageFiles != 0 {
		t.Errorf("Packages = %d, Looked = %+v, want one package and no file", len(inv.Packages), inv.Looked)
	}
	if err := inv.Check(2); err != nil {
		t.Errorf("Check() = %v", err)
	}
}

// PHP's own tool for archives, which lies beside PHP, is no archive of a program.
func TestPharOfPHP(t *testing.T) {
	t.Parallel()
	const phar = "<?php __HALT_COMPILER();"
	inv := take(t, []imagetest.File{
		file("usr/bin/phar.phar8.2", phar), symlink("usr/bin/phar.phar", "phar.phar8.2"), {Name: "usr/bin/php8.2", Mode: 0o755, Body: "\x7fELF"},
		file("usr/local/bin/phar.phar", phar), {Name: "usr/local/bin/php", Mode: 0o755, Body: "\x7fELF"},
		file("app/tool.phar", phar), file("srv/phar.phar", phar), file("srv/php", "text"),
	})
	var got []string
	for _, g := range inv.Unread {
		got = append(got, g.Path)
	}
	if diff := cmp.Diff([]string{"/app/tool.phar", "/srv/phar.phar"}, got); diff != "" {
		t.Errorf("Unread (-want +got):\n%s", diff)
	}
}

// PHP takes a file for an archive by its content. A record of update-alternatives about the command phar.phar is none.
func TestWhatPHPTakesForAnArchive(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, content string
		want          int
	}{
		{"a program with an archive behind it", "#!/usr/bin/env php\n<?php __halt_compiler();", 1},
		{"a tar archive", tarOf(t, "a.txt", "x"), 1},
		{"a ZIP archive", jar(t, "a.php", "x"), 1},
		{"a compressed one", "BZh91AY&SY\xb1\xf7", 1},
		{"one that is too long to be looked through", strings.Repeat("x", 4<<20+1), 1},
		{"a record of update-alternatives", "auto\n/usr/bin/phar.phar\n\n/usr/bin/phar.phar8.2\n82\n\n", 0},
		{"a text", "Ελληνικά", 0},
	} {
		if got := take(t, []imagetest.File{file("srv/a.phar", tt.content)}).Unread; len(got) != tt.want {
			t.Errorf("%s: Unread = %v, want %d gaps", tt.name, got, tt.want)
		}
	}
}

// A file of a form that is not read is no gap where a package of the system brings it and it is as the package says.
func TestFormsOfSystemPackages(t *testing.T) {
	t.Parallel()
	const name, phar = "usr/bin/phar8.2.phar", "<?php __HALT_COMPILER();"
	sums := func(content string) imagetest.File {
		return file("var/lib/dpkg/info/php8.2-cli.md5sums", fmt.Sprintf("%x  %s\n", md5.Sum([]byte(content)), name))
	}
	tests := []struct {
		name  string
		files []imagetest.File
		want  int
	}{
		{"as the package brings it", []imagetest.File{status("php8.2-cli=8.2-1"), sums(phar)}, 0},
		{"with other content", []imagetest.File{status("php8.2-cli=8.2-1"), sums("other")}, 1},
		{"without a digest", []imagetest.File{status("php8.2-cli=8.2-1"), list("php8.2-cli", "/"+name)}, 1},
		{"without a record of the package", []imagetest.File{status("tools=1"), sums(phar)}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if inv := take(t, append(tt.files, file(name, phar))); len(inv.Unread) != tt.want {
				t.Errorf("Unread = %+v, want %d", inv.Unread, tt.want)
			}
		})
	}
}

// Packages of Composer are gaps where the list of them that is read was never there.
func TestComposerWithoutList(t *testing.T) {
	t.Parallel()
	const dir = "app/vendor/composer/"
	installed, loader, php := file(dir+"installed.json", `{"packages":[]}`), file(dir+"autoload_real.php", "<?php"), file(dir+"installed.php", "<?php")
	tests := []struct {
		name                 string
		layers               [][]imagetest.File
		unread, unidentified string
	}{
		{name: "with both lists", layers: [][]imagetest.File{{installed, php, loader}}},
		{name: "with the list for programs alone", layers: [][]imagetest.File{{php, loader}}, unread: "/" + dir + "installed.php"},
		{name: "with the loader alone", layers: [][]imagetest.File{{loader}}, unidentified: "/app/vendor/composer"},
		{name: "without the list in the end", layers: [][]imagetest.File{{installed, php, loader}, {file(dir+".wh.installed.json", "")}}},
		{name: "with a loader of a package of Debian", layers: [][]imagetest.File{{osRelease("12"), status("app=1"), list("app", "/usr/share/app/composer/autoload_real.php"), file("usr/share/app/composer/autoload_real.php", "<?php")}}},
		{name: "with a loader where Debian brings none", layers: [][]imagetest.File{{osRelease("12"), status("app=1"), list("app", "/"+dir+"autoload_real.php"), loader}}, unidentified: "/app/vendor/composer"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inv := take(t, tt.layers...)
			first := func(gaps []inventory.Gap) string {
				if len(gaps) == 0 {
					return ""
				}
				return gaps[0].Path
			}
			if got := first(inv.Unread); got != tt.unread {
				t.Errorf("Unread = %q, want %q", got, tt.unread)
			}
			if got := first(inv.Unidentified); got != tt.unidentified {
				t.Errorf("Unidentified = %q, want %q", got, tt.unidentified)
			}
		})
	}
}
