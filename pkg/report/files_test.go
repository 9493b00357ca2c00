package report

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

func TestWriteFiles(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a", "layergate-results")
	for range 2 { // the second time over the first
		got, err := WriteFiles(dir, cleanReport())
		if err != nil {
			t.Fatal(err)
		}
		want := []string{filepath.Join(dir, SARIFFile), filepath.Join(dir, JSONFile), filepath.Join(dir, HTMLFile), filepath.Join(dir, MarkdownFile), filepath.Join(dir, SBOMFile)}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("WriteFiles (-want +got):\n%s", diff)
		}
	}
	if diff := cmp.Diff([]string{HTMLFile, JSONFile, SARIFFile, SBOMFile, MarkdownFile}, names(t, dir)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	info, err := os.Stat(filepath.Join(dir, JSONFile))
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o644 {
		t.Errorf("mode = %v, want 0644", info.Mode())
	}
}

// Formats on demand are written beside the others, and removed with them before the next run.
func TestWriteFilesOnDemand(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	more, err := ParseFormats([]string{"junit", "spdx", "sarif"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := WriteFiles(dir, cleanReport(), more...); err != nil {
		t.Fatal(err)
	}
	want := []string{HTMLFile, JSONFile, JUnitFile, SARIFFile, SBOMFile, SPDXFile, MarkdownFile}
	if diff := cmp.Diff(want, names(t, dir)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if err := RemoveFiles(dir); err != nil {
		t.Fatal(err)
	}
	if left := names(t, dir); len(left) > 0 {
		t.Errorf("RemoveFiles left %v", left)
	}
}

func TestWriteFilesError(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, MarkdownFile, "occupied"), 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := WriteFiles(dir, cleanReport())
	if err == nil || !strings.Contains(err.Error(), MarkdownFile) {
		t.Errorf("error = %v, want one that names %s", err, MarkdownFile)
	}
	if diff := cmp.Diff([]string{HTMLFile, JSONFile, SARIFFile, SBOMFile, MarkdownFile}, names(t, dir)); diff != "" {
		t.Errorf("files after a failure (-want +got):\n%s", diff)
	}
}

// What a run that was made to end did not finish is removed, and nothing else.
func TestRemoveUnfinished(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{".layergate.json.123", ".failure.md.4", JSONFile, ".layergate.json.mine", ".other.5"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	RemoveUnfinished(dir)
	if diff := cmp.Diff([]string{".layergate.json.mine", ".other.5", JSONFile}, names(t, dir)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestCanWrite(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, dir string
		want      bool
	}{
		{"there", dir, true},
		{"to be made", filepath.Join(dir, "a", "b"), true},
		{"a file", file, false},
		{"below a file", filepath.Join(file, "a", "b"), false},
	} {
		if err := CanWrite(tt.dir); (err == nil) != tt.want {
			t.Errorf("%s: CanWrite(%q) = %v", tt.name, tt.dir, err)
		}
	}
	if list, err := os.ReadDir(dir); err != nil || len(list) != 1 {
		t.Errorf("the directory holds %v, %v, want the file alone", list, err)
	}
}
