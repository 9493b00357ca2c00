package inventory

import (
	"archive/zip"
	"bytes"
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

// Archives inside one are refused where they unpack to too much together, and leave no files.
func TestNestingBounds(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	member := func(size uint64) *zip.File {
		return &zip.File{FileHeader: zip.FileHeader{Name: "a.jar", UncompressedSize64: size}}
	}
	n := nesting{temp: dir, limit: zipFloor, unpacked: zipFloor}
	err := n.enter(&nested{Reader: &zip.Reader{File: []*zip.File{member(1)}}}, 0)
	if err == nil || !strings.Contains(err.Error(), "unpack to more than") {
		t.Errorf("enter() = %v, want a refusal", err)
	}

	content := storedZip(t, "a.jar", strings.Repeat("x", maxInner+1), "b.jar", storedZip(t, "x", strings.Repeat("x", maxInner)))
	archive, err := zip.NewReader(strings.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	files := 0
	n = nesting{temp: dir, visit: func(a *nested) {
		if a.file != nil {
			files++
		}
	}}
	if err := n.walk(&nested{Reader: archive, size: int64(len(content))}); err != nil || files != 1 || len(n.broken) != 1 {
		t.Errorf("walk() = %v, with %d files and %v, want one of each", err, files, n.broken)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left are %v, %v", left, err)
	}
}

// Archives inside one are refused where they hold too many files together, those of the outermost not counted, and leave no files.
func TestNestedMembersBound(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	inner := storedZip(t, "x", "", "y", "", "pad", strings.Repeat("x", maxInner))
	content := storedZip(t, "a.jar", inner, "b", "", "c", "", "d", "")
	archive, err := zip.NewReader(strings.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	for before, want := range map[int]string{0: "", maxNestedMembers - 3: "", maxNestedMembers - 2: "the archives in it hold more than 1000000 files"} {
		n := nesting{temp: dir, members: before}
		err := n.walk(&nested{Reader: archive, size: int64(len(content))})
		if (err == nil) != (want == "") || err != nil && err.Error() != want {
			t.Errorf("walk() after %d members = %v, want %q", before, err, want)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left are %v, %v", left, err)
	}
}

// storedZip is a ZIP archive of members that are not packed, given as name and content by turns.
func storedZip(t testing.TB, members ...string) string {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for i := 0; i < len(members); i += 2 {
		m, err := w.CreateHeader(&zip.FileHeader{Name: members[i], Method: zip.Store})
		if err == nil {
			_, err = io.WriteString(m, members[i+1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

// Whatever an archive holds, it is gone through to its end.
func FuzzNesting(f *testing.F) {
	inner := storedZip(f, "x", "a\n")
	f.Add([]byte(storedZip(f, "x", inner)))
	f.Add([]byte(inner))
	f.Fuzz(func(_ *testing.T, raw []byte) {
		archive, err := zip.NewReader(layerfs.NewWindow(bytes.NewReader(raw), windowSize), int64(len(raw)))
		if err != nil {
			return
		}
		n := nesting{}
		n.visit = func(a *nested) {
			manifestOf(a.Reader)
			classesOf(file.Location{}, a.Reader)
			newZipResolver(a.Reader, isRecord)
		}
		if err := n.walk(&nested{Reader: archive, size: int64(len(raw))}); err == nil && n.unpacked > n.limit {
			panic("too much was unpacked")
		}
	})
}
