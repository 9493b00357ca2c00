package inventory

import (
	"context"
	"errors"
	"io"

	"github.com/anchore/syft/syft/file"
	"github.com/anchore/syft/syft/linux"
)

// selection lists the questions of a cataloger that has not seen any file yet: the globs, paths and media types that
// it was registered with. All other questions are looking around.
type selection struct {
	globs, paths, types map[string]bool
	all                 bool // asks for every file
}

// record learns the selection of a cataloger: over a file system without any files it can ask nothing else. Every
// cataloger also looks for the Linux release, which is looking around and left out.
func (c *cataloger) record(ctx context.Context) error {
	release, asked := newRecorder(), newRecorder()
	linux.IdentifyRelease(release)
	if _, _, err := c.Catalog(ctx, asked); err != nil {
		return err
	}
	c.sel = asked.selection
	for p := range release.paths {
		delete(c.sel.paths, p)
	}
	return note(c.sel.globs, c.around)
}

// recorder is an empty file system that remembers what it was asked for.
type recorder struct{ selection }

func newRecorder() *recorder {
	return &recorder{selection{globs: map[string]bool{}, paths: map[string]bool{}, types: map[string]bool{}}}
}

var errEmpty = errors.New("there are no files")

func (r *recorder) FileContentsByLocation(file.Location) (io.ReadCloser, error) { return nil, errEmpty }

func (r *recorder) FileMetadataByLocation(file.Location) (file.Metadata, error) {
	return file.Metadata{}, errEmpty
}

func (r *recorder) HasPath(string) bool { return false }

func (r *recorder) FilesByPath(paths ...string) ([]file.Location, error) {
	return nil, note(r.paths, paths)
}

func (r *recorder) FilesByGlob(patterns ...string) ([]file.Location, error) {
	return nil, note(r.globs, patterns)
}

func (r *recorder) FilesByMIMEType(types ...string) ([]file.Location, error) {
	return nil, note(r.types, types)
}

func note(set map[string]bool, values []string) error {
	for _, v := range values {
		set[v] = true
	}
	return nil
}

func (r *recorder) RelativeFileByPath(file.Location, string) *file.Location { return nil }

func (r *recorder) AllLocations(context.Context) <-chan file.Location {
	r.all = true
	none := make(chan file.Location)
	close(none)
	return none
}

// has tells whether a question is part of the selection.
func has(set map[string]bool, values []string) bool {
	for _, v := range values {
		if !set[v] {
			return false
		}
	}
	return len(values) > 0
}
