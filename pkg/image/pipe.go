package image

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/disk"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/pipe"
	"github.com/layergate/layergate/pkg/progress"
	"github.com/layergate/layergate/pkg/spool"
)

// Pipe is the source of an archive that is read from Options.Pipe. It may stand behind a scheme, as a path may.
const Pipe = pipe.Standard

// IsPipe tells whether a source is Pipe.
func IsPipe(source string) bool {
	scheme, rest, found := strings.Cut(source, ":")
	return source == Pipe || found && rest == Pipe && slices.Contains(pathSchemes(), scheme)
}

// openNamedPipe opens the archive that comes through a named pipe. It waits for who writes to it, and no longer than the run.
func openNamedPipe(ctx context.Context, source, scheme, path string, opt Options) (*Image, error) {
	from, err := pipe.Open(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("opening the image %q: %w", path, err)
	}
	defer from.Close()
	return openPipe(ctx, source, scheme, from, opt)
}

// openPipe writes the archive that comes through a pipe to a file, once, and opens that. Its bytes count against the
// limit of the spool, which is the only one that a pipe has.
func openPipe(ctx context.Context, source, scheme string, from io.Reader, opt Options) (*Image, error) {
	if from == nil {
		return nil, fault.Request(errors.New("there is no pipe that an image could be read from"),
			fault.Hintf("name the image with %s by its path, or as docker:NAME or registry:REFERENCE", fault.Input("image")))
	}
	img, err := openFetched(ctx, source, opt, func(ctx context.Context, dir string) (as, path string, err error) {
		path = filepath.Join(dir, "image.tar")
		out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return "", "", err
		}
		w := &limitedWriter{&spaceWriter{out, disk.NewSpace(dir, opt.Free)}, opt.Spool}
		meter := progress.Begin(opt.Meters, "reading the pipe", 0)
		defer meter.End()
		n, err := io.Copy(w, meter.Reader(spool.WithContext(ctx, from)))
		switch err = errors.Join(err, out.Close()); {
		case err != nil:
			return "", "", fmt.Errorf("reading the pipe: %w", err)
		case n == 0:
			return "", "", fault.Request(errors.New("nothing came through the pipe"), "see whether the command before it failed")
		}
		return scheme, path, nil
	})
	return img, explainMissing("", err)
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
