package inventory

import (
	"archive/zip"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/anchore/syft/syft/file"

	"github.com/layergate/layergate/pkg/layerfs"
)

// What is read whole is refused where it is too large for that.
func TestBounds(t *testing.T) {
	t.Parallel()
	_, err := readAll(layerfs.View{}, layerfs.File{Entry: &layerfs.Entry{Size: maxDatabase + 1}, Path: "/var/lib/dpkg/status"})
	if err == nil || !strings.Contains(err.Error(), "more than a package database is read with") {
		t.Errorf("readAll() of a large file = %v, want a refusal", err)
	}
	large := &zipResolver{members: map[string]*zip.File{"/x": {FileHeader: zip.FileHeader{UncompressedSize64: maxMember + 1}}}}
	if _, err := large.FileContentsByLocation(file.NewLocation("/x")); err == nil || !strings.Contains(err.Error(), "more than a member of an archive is read with") {
		t.Errorf("FileContentsByLocation() of a large member = %v, want a refusal", err)
	}
}

// Nothing is left in the directory for temporary files.
func TestMergeSQLiteLeavesNothing(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		content string
		wantErr bool
	}{
		{"an empty database", "", false},
		{"no database", strings.Repeat("x", 4096), true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			merged, err := mergeSQLite(dir, map[string]io.Reader{"": strings.NewReader(tt.content), "-wal": strings.NewReader("x")})
			if (err != nil) != tt.wantErr {
				t.Fatalf("mergeSQLite() = %v, want an error: %t", err, tt.wantErr)
			}
			if err == nil {
				if err := merged.Close(); err != nil {
					t.Fatal(err)
				}
			}
			if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
				t.Errorf("left are %v, %v", left, err)
			}
		})
	}
}
