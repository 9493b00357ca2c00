package event

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/layergate/layergate/pkg/fault"
)

// File is a file of events, one a line, to which those of each run are added.
type File struct{ path string }

// maxEvent bounds the first line of a file, in bytes; an event of an image with many findings has some megabytes.
const maxEvent = 64 << 20

// OpenFile makes sure that events can be added to a file, which need not exist. One that cannot be written, and one that holds something else, is a
// wrong request.
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
		return nil, fault.Request(fmt.Errorf("events cannot be written to %s, which is %s", path, kindOf(info.Mode())), "name a file")
	case err == nil:
		if err = f.add(nil); err == nil {
			err = f.checkFirst()
		}
	}
	var other *otherError
	if errors.As(err, &other) {
		return nil, fault.Request(fmt.Errorf("events are not added to %s: %w", path, other), "name a file that is not there yet, or one of events (CloudEvents in the JSON format, one a line)")
	}
	if err != nil {
		return nil, fault.Request(fmt.Errorf("events cannot be written: %w", err), "name a file that can be written to")
	}
	return f, nil
}

// kindOf names what is no regular file.
func kindOf(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "a directory"
	case mode&fs.ModeSymlink != 0:
		return "a link"
	case mode&fs.ModeDevice != 0:
		return "a device"
	}
	return "not a file"
}

// otherError says that a file holds something else than events.
type otherError struct{ why string }

// Error says what its first line is not.
func (e *otherError) Error() string { return "its first line " + e.why }

// checkFirst makes sure that a file which holds anything begins with an event. What comes behind it nobody asks: a line that an earlier run could not
// finish is no reason to lose the next events.
func (f *File) checkFirst() error {
	file, err := os.Open(f.path)
	if err != nil {
		return err
	}
	defer file.Close()
	line, err := bufio.NewReader(io.LimitReader(file, maxEvent)).ReadBytes('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if len(line) == 0 {
		return nil
	}
	var first Event
	switch err := json.Unmarshal(line, &first); {
	case err != nil:
		return &otherError{"is no object of JSON"}
	case first.SpecVersion == "" || first.ID == "" || first.Source == "" || first.Type == "": // what every CloudEvent has
		return &otherError{"is no CloudEvent"}
	}
	return nil
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
