// Package regular reads files that somebody else may have put there: regular files of bounded size and nothing else. A pipe
// does not hang it, a device is not opened, and no link leads it out of a directory.
//
// It imports the standard library only.
package regular

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

var (
	// ErrNotRegular is the error for a directory, a pipe, a device, or a link where none is allowed.
	ErrNotRegular = errors.New("it is not a regular file")
	// ErrTooLarge is the error for a file that has more bytes than were allowed.
	ErrTooLarge = errors.New("it is too large")
)

// Read reads a regular file below root of at most limit bytes. A link counts as what it leads to, which has to be below
// root, too.
func Read(root *os.Root, name string, limit int64) ([]byte, error) {
	return read(root.Stat, root.OpenFile, name, limit)
}

// ReadUnlinked reads a regular file below root of at most limit bytes. A link is not followed: it is not regular.
func ReadUnlinked(root *os.Root, name string, limit int64) ([]byte, error) {
	return read(root.Lstat, root.OpenFile, name, limit)
}

// ReadNamed reads the regular file, of at most limit bytes, at a path that a person wrote. Where the path is one below dir,
// what others put into dir does not lead out of it: links have to stay below it. A path elsewhere is taken at its word.
func ReadNamed(dir, path string, limit int64) ([]byte, error) {
	name, inside := Below(dir, path)
	if !inside {
		return ReadFile(path, limit)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return Read(root, name, limit)
}

// ReadFile reads the regular file, of at most limit bytes, at a path that is taken at its word: links are followed wherever they lead.
func ReadFile(path string, limit int64) ([]byte, error) {
	return read(os.Stat, os.OpenFile, path, limit)
}

// Below is a path relative to dir, and tells whether it is dir or below it as both are written, links not followed.
func Below(dir, path string) (name string, inside bool) {
	from, err1 := filepath.Abs(dir)
	to, err2 := filepath.Abs(path)
	if err1 != nil || err2 != nil {
		return "", false
	}
	rel, err := filepath.Rel(from, to)
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return "", false
	}
	return rel, true
}

// read looks at a file before it opens it, since opening alone may block or have an effect, and again afterwards, since
// another file may have taken its place.
func read(stat func(string) (fs.FileInfo, error), open func(string, int, fs.FileMode) (*os.File, error), name string, limit int64) ([]byte, error) {
	before, err := stat(name)
	if err != nil {
		return nil, plain(name, err)
	}
	if !before.Mode().IsRegular() {
		return nil, fmt.Errorf("reading %s: %w", name, ErrNotRegular)
	}
	f, err := open(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, plain(name, err)
	}
	defer f.Close()
	after, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !os.SameFile(before, after) {
		return nil, fmt.Errorf("reading %s: %w, or was replaced meanwhile", name, ErrNotRegular)
	}
	raw, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(raw)) > limit {
		return nil, fmt.Errorf("reading %s: %w: more than %d bytes", name, ErrTooLarge, limit)
	}
	return raw, nil
}

// plain says what is the matter with a file, without the name of the system call that found it out.
func plain(name string, err error) error {
	var of *fs.PathError
	if errors.As(err, &of) {
		err = of.Err
	}
	return fmt.Errorf("reading %s: %w", name, err)
}
