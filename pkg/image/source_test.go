package image_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
)

// A path of Windows is one on every system: its drive is no scheme and no registry.
func TestOpenWindowsPaths(t *testing.T) {
	t.Parallel()
	for _, path := range []string{`C:\images\app.tar`, `D:\a\_work\1\s\app`, `D:\a\1\s\app:1.2`, "d:/a/1/s/app", "d:/images/app.tar", `\\server\share\app.tar`, `.\app`, `..\images\app`, `C:app.tar`} {
		if image.IsName(path) {
			t.Errorf("IsName(%s) = true", path)
		}
		for _, source := range []string{path, "docker-archive:" + path, "oci-dir:" + path} {
			want := "takes the path of an image archive"
			switch {
			case runtime.GOOS == "windows":
			case strings.ContainsAny(path[:3], `/\`) && path[0] != '.':
				want = path + " is a path of Windows"
			case strings.Contains(path, `\`):
				want = "write " + strings.ReplaceAll(path, `\`, "/")
			}
			_, err := open(t, source, "")
			checkError(t, err, "there is no file or directory", true)
			if hints := strings.Join(fault.Hints(err), "\n"); !strings.Contains(hints, want) {
				t.Errorf("the hint for %s is %q", source, hints)
			}
		}
	}
	if !image.IsName("d:5000/app") || !image.IsName("c:1.2") {
		t.Error("a registry called d, and an image called c, are no names any more")
	}
}

// Files with such names open, alone and behind a scheme.
func TestOpenNamedAsOnWindows(t *testing.T) {
	t.Parallel()
	files := must(imagetest.Docker([]string{"app:1"}, twoLayers(imagetest.None, "")))(t)
	name := "D_images_app.tar"
	if os.PathSeparator == '/' {
		name = `D:\images\app.tar`
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.Rename(writeArchive(t, files), path); err != nil {
		t.Fatal(err)
	}
	for _, source := range []string{path, "docker-archive:" + path} {
		if _, err := open(t, source, ""); err != nil {
			t.Errorf("Open(%s) = %v", source, err)
		}
	}
}
