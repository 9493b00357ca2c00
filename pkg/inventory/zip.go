package inventory

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/anchore/syft/syft/file"
	"github.com/bmatcuk/doublestar/v4"
)

// zipResolver shows the members of a ZIP archive to a cataloger as if they were files of a root of their own.
type zipResolver struct {
	names   []string // absolute and sorted
	members map[string]*zip.File
}

var _ file.Resolver = (*zipResolver)(nil)

// maxMember bounds the bytes of one member that a cataloger is given.
const maxMember = 64 << 20

// newZipResolver shows the members for which wanted holds.
func newZipResolver(archive *zip.Reader, wanted func(*zip.File) bool) *zipResolver {
	r := &zipResolver{members: map[string]*zip.File{}}
	for _, member := range archive.File {
		if strings.HasSuffix(member.Name, "/") || !wanted(member) {
			continue
		}
		name := path.Clean("/" + member.Name)
		if r.members[name] == nil {
			r.names = append(r.names, name)
		}
		r.members[name] = member // the last of a name, which is the one that Python takes
	}
	slices.Sort(r.names)
	return r
}

func (r *zipResolver) FileContentsByLocation(l file.Location) (io.ReadCloser, error) {
	member := r.members[l.RealPath]
	if member == nil {
		return nil, fmt.Errorf("%s: %w", l.RealPath, fs.ErrNotExist)
	}
	if member.UncompressedSize64 > maxMember {
		return nil, fmt.Errorf("%s has %d bytes, more than a member of an archive is read with (%d)", l.RealPath, member.UncompressedSize64, maxMember)
	}
	content, err := member.Open() // which reads no more than the size that was checked
	identify := identifiers(l.RealPath)
	if path.Ext(l.RealPath) == ".app" {
		identify = withErlangIdentity
	}
	if err != nil || identify == nil {
		return content, err
	}
	raw, err := io.ReadAll(content)
	if err = errors.Join(err, content.Close()); err != nil {
		return nil, err
	}
	if raw, err = identify(l.RealPath, unixLines(raw)); err != nil {
		return nil, fmt.Errorf("%s: %w", l.RealPath, err)
	}
	return io.NopCloser(bytes.NewReader(raw)), nil
}

func (r *zipResolver) FileMetadataByLocation(l file.Location) (file.Metadata, error) {
	member := r.members[l.RealPath]
	if member == nil {
		return file.Metadata{}, fmt.Errorf("%s: %w", l.RealPath, fs.ErrNotExist)
	}
	return file.Metadata{FileInfo: member.FileInfo(), Path: l.RealPath}, nil
}

func (r *zipResolver) HasPath(name string) bool { return r.members[path.Clean("/"+name)] != nil }

func (r *zipResolver) FilesByPath(names ...string) ([]file.Location, error) {
	var out []file.Location
	for _, name := range names {
		if name = path.Clean("/" + name); r.members[name] != nil {
			out = append(out, file.NewLocation(name))
		}
	}
	return out, nil
}

func (r *zipResolver) FilesByGlob(patterns ...string) ([]file.Location, error) {
	var out []file.Location
	for _, name := range r.names {
		for _, p := range patterns {
			matches, err := doublestar.Match(path.Clean("/"+p), name)
			if err != nil {
				return nil, fmt.Errorf("invalid pattern %q: %w", p, err)
			}
			if matches {
				out = append(out, file.NewLocation(name))
				break
			}
		}
	}
	return out, nil
}

// FilesByMIMEType finds nothing: programs do not run from within an archive.
func (r *zipResolver) FilesByMIMEType(...string) ([]file.Location, error) { return nil, nil }

func (r *zipResolver) RelativeFileByPath(_ file.Location, name string) *file.Location {
	if !r.HasPath(name) {
		return nil
	}
	l := file.NewLocation(path.Clean("/" + name))
	return &l
}

func (r *zipResolver) AllLocations(ctx context.Context) <-chan file.Location {
	out := make(chan file.Location)
	go func() {
		defer close(out)
		for _, name := range r.names {
			select {
			case <-ctx.Done():
				return
			case out <- file.NewLocation(name):
			}
		}
	}()
	return out
}
