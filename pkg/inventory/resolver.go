package inventory

import (
	"archive/zip"
	"context"
	"fmt"
	"io"
	"io/fs"
	"path"

	stereofile "github.com/anchore/stereoscope/pkg/file"
	"github.com/anchore/syft/syft/file"

	"github.com/layergate/layergate/pkg/layerfs"
)

// resolver answers a cataloger's questions from a view of the layers. Where it has a selection, what the selection asks
// for is answered with the files that the view's last layer adds or changes; all else sees the whole view.
type resolver struct {
	view      layerfs.View
	diffIDs   []string // of all layers, the lowest first
	selection *selection
	ended     func() error // nil, or why nothing more is to be read
}

var _ file.Resolver = (*resolver)(nil)

// location names a file to syft. name is the path by which it was asked for.
func (r *resolver) location(name string, f layerfs.File) file.Location {
	loc := file.NewVirtualLocationFromDirectory(f.Path, name, *stereofile.NewFileReference(stereofile.Path(f.Path)))
	loc.FileSystemID = r.diffIDs[f.Layer]
	return loc
}

// file finds what a location names.
func (r *resolver) file(loc file.Location) (layerfs.File, error) {
	f, ok := r.view.Lstat(loc.RealPath)
	if ok && f.Type == layerfs.Symlink {
		f, ok = r.view.Stat(loc.RealPath)
	}
	if !ok {
		return layerfs.File{}, fmt.Errorf("%s: %w", loc.RealPath, fs.ErrNotExist)
	}
	return f, nil
}

func (r *resolver) FileContentsByLocation(loc file.Location) (io.ReadCloser, error) {
	if r.ended != nil && r.ended() != nil {
		return nil, r.ended()
	}
	f, err := r.file(loc)
	if err != nil {
		return nil, err
	}
	if f.Type == layerfs.Regular {
		if err := r.checkZip(f); err != nil {
			return nil, err
		}
	}
	return r.view.Open(f)
}

// A ZIP archive is refused when it unpacks to more than zipFloor bytes and to more than zipRatio times its own size:
// catalogers read some of its members whole.
const (
	zipFloor = 1 << 30
	zipRatio = 100
)

// checkZip looks at the sizes that a ZIP archive, such as a JAR, declares of its members.
func (r *resolver) checkZip(f layerfs.File) error {
	if f.Size < 22 || f.Size > zipFloor { // shorter than any archive, or too large to be a bomb by the ratio
		return nil
	}
	content, err := r.view.Open(f)
	if err != nil {
		return err
	}
	defer content.Close()
	at, ok := content.(io.ReaderAt)
	if !ok {
		return nil
	}
	magic := make([]byte, 4)
	if _, err := at.ReadAt(magic, 0); err != nil || string(magic) != "PK\x03\x04" {
		return err
	}
	archive, err := zip.NewReader(at, f.Size)
	if err != nil {
		return nil // the cataloger says what is wrong with it
	}
	var total uint64
	for _, member := range archive.File {
		total += member.UncompressedSize64
		if total > zipFloor && total/zipRatio > uint64(f.Size) {
			return fmt.Errorf("%s unpacks to more than %d times its size", f.Path, zipRatio)
		}
	}
	return nil
}

func (r *resolver) FileMetadataByLocation(loc file.Location) (file.Metadata, error) {
	f, err := r.file(loc)
	if err != nil {
		return file.Metadata{}, err
	}
	m := file.Metadata{
		FileInfo: stereofile.ManualInfo{NameValue: path.Base(f.Path), SizeValue: f.Size, ModeValue: f.Mode, ModTimeValue: f.ModTime},
		Path:     f.Path, LinkDestination: f.Link, UserID: f.UID, GroupID: f.GID, MIMEType: f.MIME,
	}
	switch f.Type {
	case layerfs.Directory:
		m.Type = stereofile.TypeDirectory
	case layerfs.Symlink:
		m.Type = stereofile.TypeSymLink
	case layerfs.Regular:
		m.Type = stereofile.TypeRegular
	default:
		m.Type = stereofile.TypeIrregular
	}
	return m, nil
}

func (r *resolver) HasPath(name string) bool {
	_, ok := r.view.Stat(name)
	return ok
}

func (r *resolver) FilesByPath(paths ...string) ([]file.Location, error) {
	added := r.selection != nil && has(r.selection.paths, paths)
	var out []file.Location
	seen := map[string]bool{}
	for _, p := range paths {
		f, ok := r.view.Stat(p)
		if !ok || f.Type != layerfs.Regular || seen[f.Path] || added && !r.view.AddedAt(p, f) {
			continue
		}
		seen[f.Path] = true
		out = append(out, r.location(path.Clean("/"+p), f))
	}
	return out, nil
}

func (r *resolver) FilesByGlob(patterns ...string) ([]file.Location, error) {
	if r.ended != nil && r.ended() != nil {
		return nil, r.ended()
	}
	added := r.selection != nil && has(r.selection.globs, patterns)
	var out []file.Location
	seen := map[string]bool{}
	find := r.view.Glob
	if added {
		find = r.view.GlobAdded
	}
	for _, p := range patterns {
		matches, err := find(p)
		if err != nil {
			return nil, err
		}
		out = r.appendMatches(out, matches, added, seen)
	}
	return out, nil
}

func (r *resolver) FilesByMIMEType(types ...string) ([]file.Location, error) {
	added := r.selection != nil && has(r.selection.types, types)
	return r.appendMatches(nil, r.view.Executables(types...), added, map[string]bool{}), nil
}

func (r *resolver) appendMatches(out []file.Location, matches []layerfs.Match, added bool, seen map[string]bool) []file.Location {
	for _, m := range matches {
		if seen[m.File.Path] || added && !m.Added {
			continue
		}
		seen[m.File.Path] = true
		out = append(out, r.location(m.Name, m.File))
	}
	return out
}

func (r *resolver) RelativeFileByPath(_ file.Location, name string) *file.Location {
	locations, err := r.FilesByPath(name)
	if err != nil || len(locations) == 0 {
		return nil
	}
	return &locations[0]
}

func (r *resolver) AllLocations(ctx context.Context) <-chan file.Location {
	added := r.selection != nil && r.selection.all
	out := make(chan file.Location)
	go func() {
		defer close(out)
		r.view.All(func(f layerfs.File) bool {
			if added && !r.view.Added(f) {
				return true
			}
			select {
			case <-ctx.Done():
				return false
			case out <- r.location(f.Path, f):
				return true
			}
		})
	}()
	return out
}
