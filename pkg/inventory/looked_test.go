package inventory_test

import (
	"archive/tar"
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

// PHP's own tool for archives is no archive of a program.
func TestPharOfPHP(t *testing.T) {
	t.Parallel()
	inv := take(t, []imagetest.File{file("usr/bin/phar.phar8.2", "x"), symlink("usr/bin/phar.phar", "phar.phar8.2"), file("usr/local/bin/phar.phar", "x"), file("app/tool.phar", "x")})
	if len(inv.Unread) != 1 || inv.Unread[0].Path != "/app/tool.phar" {
		t.Errorf("Unread = %+v, want /app/tool.phar", inv.Unread)
	}
}
