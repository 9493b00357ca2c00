package event

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/layergate/layergate/pkg/fault"
)

// File is a file of events, one a line, to which those of each run are added.
type File struct{ path string }

// OpenFile makes sure that events can be added to a file, which need not exist. One that cannot be written is a wrong request.
func OpenFile(path string) (*File, error) {
	f := &File{path: filepath.Clean(path)}
	info, err := os.Lstat(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if dir, err := os.Stat(filepath.Dir(f.path)); err != nil || !dir.IsDir() {
			return nil, fault.Request(fmt.Errorf("events cannot be written to %s: %s is no directory", path, filepath.Dir(f.path)), "name a file in a directory that is there, or an address that begins with https://")
		}
		return f, nil
	case err == nil && !info.Mode().IsRegular():
		return nil, fault.Request(fmt.Errorf("events cannot be written to %s, which is there already and not a file", path), "name another file")
	case err == nil:
		err = f.add(nil)
	}
	if err != nil {
		return nil, fault.Request(fmt.Errorf("events cannot be written: %w", err), "name a file that can be written to")
	}
	return f, nil
}

// String is the file's path.
func (f *File) String() string { return f.path }

// Send adds events to the file, in one write: what other runs add at the same time stands before or behind them.
func (f *File) Send(_ context.Context, events ...Event) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	for _, event := range events {
		if err := e.Encode(event); err != nil {
			return err
		}
	}
	return f.add(b.Bytes())
}

// add writes lines behind those that the file has. The end of a line that an earlier write left out is added before them.
func (f *File) add(lines []byte) (err error) {
	file, err := os.OpenFile(f.path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err := file.Stat()
	if err != nil || len(lines) == 0 {
		return err
	}
	if size := info.Size(); size > 0 {
		last := make([]byte, 1)
		if _, err := file.ReadAt(last, size-1); err != nil {
			return err
		}
		if last[0] != '\n' {
			lines = append([]byte{'\n'}, lines...)
		}
	}
	_, err = file.Write(lines)
	return err
}
