package regular

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// directory is one with files, links out of it and within it, and a directory below; outside is where the links out lead.
func directories(t *testing.T) (dir, outside string) {
	t.Helper()
	dir, outside = t.TempDir(), t.TempDir()
	for path, body := range map[string]string{
		filepath.Join(dir, "file"): "body", filepath.Join(dir, "large"): "0123456789", filepath.Join(outside, "secret"): "secret",
	} {
		if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{
		"within": "file", "out": filepath.Join(outside, "secret"), "away": outside, "device": "/dev/null", "dangling": "none",
	} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Skip(err) // a system where not everybody makes links
		}
	}
	return dir, outside
}

func TestRead(t *testing.T) {
	t.Parallel()
	dir, outside := directories(t)
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	tests := []struct {
		name           string
		read, unlinked string // what is read; empty for an error
		want           error  // of ReadUnlinked, where it is a particular one
	}{
		{name: "file", read: "body", unlinked: "body"},
		{name: "within", read: "body", want: ErrNotRegular},
		{name: "sub", want: ErrNotRegular},
		{name: "large", want: ErrTooLarge},
		{name: "missing", want: fs.ErrNotExist},
		{name: "dangling", want: ErrNotRegular},
		{name: "out", want: ErrNotRegular},
		{name: "device", want: ErrNotRegular},
		{name: "away/secret"},
		{name: "../" + filepath.Base(outside) + "/secret"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got, err := Read(root, tt.name, 9); string(got) != tt.read || (err == nil) != (tt.read != "") {
				t.Errorf("Read(%s) = %q, %v, want %q", tt.name, got, err, tt.read)
			}
			got, err := ReadUnlinked(root, tt.name, 9)
			if string(got) != tt.unlinked || (err == nil) != (tt.unlinked != "") || tt.want != nil && !errors.Is(err, tt.want) {
				t.Errorf("ReadUnlinked(%s) = %q, %v, want %q, %v", tt.name, got, err, tt.unlinked, tt.want)
			}
		})
	}
}

func TestReadNamed(t *testing.T) {
	t.Parallel()
	dir, outside := directories(t)
	elsewhere := filepath.Join(outside, "link")
	if err := os.Symlink(filepath.Join(dir, "file"), elsewhere); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		filepath.Join(dir, "file"):                          "body",
		filepath.Join(dir, "within"):                        "body",
		filepath.Join(dir, "out"):                           "",
		filepath.Join(dir, "away", "secret"):                "",
		filepath.Join(outside, "secret"):                    "secret",
		filepath.Join(dir, "..", filepath.Base(dir), "out"): "",
		elsewhere: "body",
		outside:   "",
	} {
		if got, err := ReadNamed(dir, path, 9); string(got) != want || (err == nil) != (want != "") {
			t.Errorf("ReadNamed(%s) = %q, %v, want %q", path, got, err, want)
		}
	}
}

// Another file that takes a checked one's place before it is opened is not read.
func TestReplacedMeanwhile(t *testing.T) {
	t.Parallel()
	dir, _ := directories(t)
	path := filepath.Join(dir, "file")
	open := func(name string, flag int, mode fs.FileMode) (*os.File, error) {
		if err := errors.Join(os.Remove(name), os.Symlink("large", name)); err != nil {
			t.Fatal(err)
		}
		return os.OpenFile(name, flag, mode)
	}
	if got, err := read(os.Lstat, open, path, 100); !errors.Is(err, ErrNotRegular) {
		t.Errorf("read() = %q, %v, want %v", got, err, ErrNotRegular)
	}
}
