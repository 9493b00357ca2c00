package disk

import (
	"bufio"
	"io"
	"os"
	"path/filepath"
)

// Unfinished is the pattern of the names that Replace gives to a file until it is whole (os.CreateTemp, filepath.Match).
func Unfinished(name string) string { return "." + name + ".*" }

// Replace writes a file whole or not at all, for everybody to read: it renders into a temporary file beside path and renames that.
func Replace(path string, render func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), Unfinished(filepath.Base(path)))
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	b := bufio.NewWriter(f)
	if err = render(b); err != nil {
		return err
	}
	if err = b.Flush(); err != nil {
		return err
	}
	if err = f.Chmod(0o644); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
