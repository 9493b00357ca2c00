//go:build unix

package regular

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// A pipe that nobody writes to does not block, not even where it takes a file's place between the look and the opening.
func TestPipe(t *testing.T) {
	t.Parallel()
	dir, _ := directories(t)
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadNamed(dir, pipe, 9); !errors.Is(err, ErrNotRegular) {
		t.Errorf("ReadNamed(pipe) = %v, want %v", err, ErrNotRegular)
	}
	open := func(_ string, flag int, mode fs.FileMode) (*os.File, error) { return os.OpenFile(pipe, flag, mode) }
	if _, err := read(os.Lstat, open, filepath.Join(dir, "file"), 9); !errors.Is(err, ErrNotRegular) {
		t.Errorf("read(replaced by a pipe) = %v, want %v", err, ErrNotRegular)
	}
}
