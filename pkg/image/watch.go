package image

import (
	"fmt"
	"io/fs"
	"os"
)

// watched is an open file that tells whether it was written to. Layers that are stored uncompressed are hashed once and
// then read in place; a file that changes in between would be scanned as one thing and pushed as another.
type watched struct {
	file *os.File
	was  fs.FileInfo
}

func watch(f *os.File) (*watched, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	return &watched{file: f, was: info}, nil
}

func (w *watched) size() int64 { return w.was.Size() }

// unchanged compares the file with what it was when it was opened: its size, its time of modification, and its time of
// change where the system keeps one, which nobody can set back.
func (w *watched) unchanged() error {
	now, err := w.file.Stat()
	if err != nil {
		return err
	}
	if now.Size() != w.was.Size() || !now.ModTime().Equal(w.was.ModTime()) || changeTime(now) != changeTime(w.was) {
		return fmt.Errorf("%s was written to while it was scanned", w.file.Name())
	}
	return nil
}
