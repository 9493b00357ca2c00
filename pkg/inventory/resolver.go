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

	stereofile "github.com/anchore/stereoscope/pkg/file"
	"github.com/anchore/syft/syft/file"

	"github.com/layergate/layergate/pkg/layerfs"
)

// resolver answers a cataloger's questions from a view of the layers. Where it has a selection, what the selection asks
// for is answered with the files that the view's last layer adds or changes; all else sees the whole view.
type resolver struct {
	tree      *layerfs.FS
	view      layerfs.View
	diffIDs   []string // of all layers, the lowest first
	selection *selection
	ended     func() error // nil, or why nothing more is to be read
	temp      string       // directory for temporary files; empty for the system's

	root    string // of a selection, only files of the package databases of the system at this directory; empty for all files
	base    string // where absolute paths begin that are no answer of the resolver's; empty for /
	anyCase bool   // the extensions of the selection are written in small or in capital letters
	checks  bool   // the cataloger checks archives itself before it looks into them
}

var _ file.Resolver = (*resolver)(nil)

// location names a file to syft. name is the path by which it was asked for.
func (r *resolver) location(name string, f layerfs.File) file.Location {
	loc := file.NewVirtualLocationFromDirectory(f.Path, name, *stereofile.NewFileReference(stereofile.Path(f.Path)))
	loc.FileSystemID = r.diffIDs[r.since(f)]
	return loc
}

// at is the path of the image by which a cataloger knows a path.
func (r *resolver) at(name string) string {
	if r.base == "" {
		return name
	}
	return within(r.base, name)
}

// stat finds what a cataloger means by a path. Links of the system that it looks at do not lead out of that.
func (r *resolver) stat(name string) (layerfs.File, bool) {
	if r.base == "" {
		return r.view.Stat(name)
	}
	return r.view.Within(r.base).Stat(strings.TrimPrefix(r.at(name), r.base))
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
	if f.Type != layerfs.Regular {
		return r.view.Open(f)
	}
	if content, ok, err := r.database(f, loc.AccessPath); ok || err != nil {
		return content, err
	}
	if content, ok, err := r.identified(f, loc.AccessPath); ok || err != nil {
		return content, err
	}
	return r.content(f)
}

// byteOrderMark may stand before a text in UTF-8. Editors write it and package managers pass over it; syft's parsers
// take it for a part of the first word.
var byteOrderMark = []byte("\xef\xbb\xbf")

// content reads a regular file, without a byte order mark. An archive that unpacks to too much is refused.
func (r *resolver) content(f layerfs.File) (io.ReadCloser, error) {
	content, err := r.view.Open(f)
	if err != nil {
		return nil, err
	}
	at, ok := content.(io.ReaderAt)
	if !ok {
		return content, nil
	}
	if f.Size < 4 {
		return content, nil
	}
	head := make([]byte, 4)
	if _, err := at.ReadAt(head, 0); err != nil {
		return nil, errors.Join(err, content.Close())
	}
	switch {
	case bytes.HasPrefix(head, byteOrderMark):
		n := int64(len(byteOrderMark))
		return struct {
			*io.SectionReader
			io.Closer
		}{io.NewSectionReader(at, n, f.Size-n), content}, nil
	case string(head) == "PK\x03\x04":
		if err := r.checkZip(at, f); err != nil {
			return nil, errors.Join(err, content.Close())
		}
	}
	return content, nil
}

// A ZIP archive is refused when it unpacks to more than zipFloor bytes and to more than zipRatio times its own size:
// catalogers read some of its members whole.
const (
	zipFloor = 1 << 30
	zipRatio = 100
)

// checkZip looks at the sizes that a ZIP archive, such as a JAR, declares of its members, and at the Java archives inside it. A cataloger that
// looks into all archives does so itself.
func (r *resolver) checkZip(content io.ReaderAt, f layerfs.File) error {
	if r.checks || f.Size < zipEnd {
		return nil
	}
	archive, err := zip.NewReader(content, f.Size)
	if err != nil {
		return nil // the cataloger says what is wrong with it
	}
	if err := (&nesting{temp: r.temp}).walk(&nested{Reader: archive, size: f.Size, name: f.Path}); err != nil {
		return fmt.Errorf("%s: %w", f.Path, err)
	}
	return nil
}

// checkUnpacked looks at the sizes that an archive of so many bytes declares, and not into those inside it.
func checkUnpacked(archive *zip.Reader, name string, size int64) error {
	var total uint64
	for _, member := range archive.File {
		total += member.UncompressedSize64
		if total > zipFloor && total/zipRatio > uint64(size) {
			return fmt.Errorf("%s unpacks to more than %d times its size", name, zipRatio)
		}
	}
	if err := checkMembers(archive); err != nil {
		return fmt.Errorf("%s: %w", name, err)
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
	_, ok := r.stat(name)
	return ok
}

func (r *resolver) FilesByPath(paths ...string) ([]file.Location, error) {
	added := r.selection != nil && has(r.selection.paths, paths)
	var out []file.Location
	seen := map[string]bool{}
	for _, p := range paths {
		f, ok := r.stat(p)
		p = r.at(p)
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
	if r.selection != nil && has(r.selection.globs, patterns) {
		return r.selected(patterns)
	}
	var out []file.Location
	seen := map[string]bool{}
	for _, p := range patterns {
		matches, err := r.view.Glob(p)
		if err != nil {
			return nil, err
		}
		out = r.appendMatches(out, matches, false, seen)
	}
	return out, nil
}

// selected lists what the view's last layer adds to a selection.
func (r *resolver) selected(patterns []string) ([]file.Location, error) {
	var out []file.Location
	seen := map[string]bool{}
	find := r.view.GlobAdded
	if r.root != "" {
		find = r.view.Glob // a part of a database may be new where the database itself is not
	}
	if r.anyCase {
		patterns = inAnyCase(patterns)
	}
	for _, p := range patterns {
		matches, err := find(p)
		if err != nil {
			return nil, err
		}
		if r.root != "" {
			matches = slices.DeleteFunc(matches, func(m layerfs.Match) bool {
				return rootOf(m.File.Path, m.Name) != r.root || !m.Added && r.since(m.File) < r.view.Layer()
			})
		}
		out = r.appendMatches(out, matches, false, seen)
	}
	return out, nil
}

func (r *resolver) FilesByMIMEType(types ...string) ([]file.Location, error) {
	added := r.selection != nil && has(r.selection.types, types)
	return r.appendMatches(nil, r.view.OfType(types...), added, map[string]bool{}), nil
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
