package image

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/layergate/layergate/pkg/disk"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/spool"
)

// Pipe is the source of an archive that is read from Options.Pipe.
const Pipe = "-"

// openPipe writes the archive that comes through a pipe to a file, once, and opens that. Its bytes count against the
// limit of the spool, which is the only one that a pipe has.
func openPipe(ctx context.Context, opt Options) (*Image, error) {
	if opt.Pipe == nil {
		return nil, fault.Request(errors.New("there is no pipe that an image could be read from"),
			fault.Hintf("name the image with %s by its path, or as docker:NAME or registry:REFERENCE", fault.Input("image")))
	}
	return openFetched(ctx, Pipe, opt, func(dir string) (scheme, path string, err error) {
		path = filepath.Join(dir, "image.tar")
		out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return "", "", err
		}
		w := &limitedWriter{&spaceWriter{out, disk.NewSpace(dir, opt.Free)}, opt.Spool}
		n, err := io.Copy(w, spool.WithContext(ctx, opt.Pipe))
		switch err = errors.Join(err, out.Close()); {
		case err != nil:
			return "", "", fmt.Errorf("reading the pipe: %w", err)
		case n == 0:
			return "", "", fault.Request(errors.New("nothing came through the pipe"), "see whether the command before it failed")
		}
		return "", path, nil
	})
}

// limitedWriter counts what it writes against the limit of a spool.
type limitedWriter struct {
	to    io.Writer
	spool *spool.Spool
}

// Write fails once the limit is passed.
func (w *limitedWriter) Write(p []byte) (int, error) {
	if err := w.spool.Reserve(int64(len(p))); err != nil {
		return 0, err
	}
	return w.to.Write(p)
}
