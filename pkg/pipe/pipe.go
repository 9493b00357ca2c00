// Package pipe reads the pipes that a person names, such as a shell makes them for <(kubectl get pods -o json): no longer than a
// run lasts, and no more than is allowed.
//
// It imports the standard library only.
package pipe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

// Standard is the word for the standard input in the place of a path.
const Standard = "-"

// ErrTooLarge is the error for a pipe through which more bytes come than were allowed.
var ErrTooLarge = errors.New("it is too large")

// Is tells whether a path is that of a pipe.
func Is(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode()&os.ModeNamedPipe != 0
}

// Open opens the pipe at a path. It waits for who writes to it until ctx ends, which also ends the reading of what it returns.
func Open(ctx context.Context, path string) (io.ReadCloser, error) {
	type opened struct {
		file *os.File
		err  error
	}
	done := make(chan opened, 1)
	go func() {
		file, err := os.Open(path)
		done <- opened{file, err}
	}()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case o := <-done:
		if o.err != nil {
			return nil, o.err
		}
		return &open{o.file, context.AfterFunc(ctx, func() { o.file.Close() })}, nil
	}
}

// open is a pipe that ends with a context.
type open struct {
	*os.File
	stop func() bool
}

// Close closes the pipe.
func (o *open) Close() error {
	o.stop()
	return o.File.Close()
}

// ReadAll reads a pipe to its end, and refuses one of more than limit bytes.
func ReadAll(from io.Reader, limit int64) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(from, limit+1))
	if err == nil && int64(len(raw)) > limit {
		err = fmt.Errorf("%w: more than %d bytes", ErrTooLarge, limit)
	}
	if err != nil {
		return nil, err
	}
	return raw, nil
}

// ReadFile reads the pipe at a path to its end. See Open and ReadAll.
func ReadFile(ctx context.Context, path string, limit int64) ([]byte, error) {
	from, err := Open(ctx, path)
	if err != nil {
		return nil, err
	}
	defer from.Close()
	raw, err := ReadAll(from, limit)
	if ctx.Err() != nil {
		return nil, ctx.Err() // and not that the pipe was closed
	}
	return raw, err
}
