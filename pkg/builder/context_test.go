package builder

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What a run writes stays out of the context, also where the context or the directory is named by a link.
func TestContextLeavesOut(t *testing.T) {
	t.Parallel()
	dir := directory(t, map[string]string{
		"app/main.go": "", "app/.layergate": "", ".layergate/layers/a.entry": "", "out/reports/x.json": "", "out/kept": "", "file.tar": "", "file.tar2": "",
	})
	beside := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(dir, beside); err != nil {
		t.Skip(err)
	}
	rest := []string{"Dockerfile", "app", "app/.layergate", "app/main.go", "file.tar2", "out", "out/kept"}
	for name, without := range map[string][]string{
		"by its path":        {filepath.Join(dir, ".layergate"), filepath.Join(dir, "out", "reports"), filepath.Join(dir, "file.tar"), dir, filepath.Dir(dir), t.TempDir()},
		"by a link":          {filepath.Join(beside, ".layergate"), filepath.Join(beside, "out", "reports"), filepath.Join(beside, "file.tar")},
		"not as it is clean": {filepath.Join(dir, "app") + "/../.layergate/", filepath.Join(dir, "out") + "//reports", filepath.Join(dir, "file.tar")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, at := range []string{dir, beside} {
				r, err := newRequest(Config{Context: at, Without: without, Getenv: env()})
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				err = r.locals[localContext].Walk(context.Background(), "/", func(path string, _ fs.DirEntry, err error) error {
					got = append(got, filepath.ToSlash(path))
					return err
				})
				slices.Sort(got)
				if diff := cmp.Diff(rest, got); err != nil || diff != "" {
					t.Errorf("files of %s (-want +got), %v:\n%s", at, err, diff)
				}
			}
		})
	}
}

// A secret is no file outside that the project leads to, and a device is no Dockerfile.
func TestFilesOfTheProject(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "hush")
	write(t, outside, "hush")
	t.Chdir(directory(t, map[string]string{"token": "value"}))
	for name, target := range map[string]string{"leaving": outside, "device": "/dev/null", "within": "token"} {
		if err := os.Symlink(target, name); err != nil {
			t.Skip(err)
		}
	}
	for source, want := range map[string]string{"token": "value", "within": "value", outside: "hush", "leaving": "", "device": ""} {
		_, value, err := readSecret("id=a,src="+source, env())
		if string(value) != want || (err == nil) != (want != "") {
			t.Errorf("readSecret(src=%s) = %q, %v, want %q", source, value, err, want)
		}
	}
	if _, err := newRequest(Config{Context: ".", Dockerfile: "device", Getenv: env()}); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("newRequest(a device) = %v, want an error", err)
	}
}
