package inventory

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"path"
	"slices"
	"strings"

	"github.com/anchore/syft/syft/artifact"
	"github.com/anchore/syft/syft/file"
	"github.com/anchore/syft/syft/pkg"
	"github.com/anchore/syft/syft/pkg/cataloger/generic"
	"github.com/anchore/syft/syft/pkg/cataloger/java"

	"github.com/layergate/layergate/pkg/layerfs"
)

// packedName is the name of the cataloger of packages that run from within a ZIP archive.
const packedName = "packed-package-cataloger"

// pythonArchives are the extensions of archives that Python runs or imports from.
var pythonArchives = []string{".egg", ".whl", ".pyz", ".pyzw", ".pex"}

func isPythonArchive(name string) bool {
	return slices.Contains(pythonArchives, strings.ToLower(path.Ext(name)))
}

// newPackedCataloger finds what Python, Node and Java run from within archives. Who runs an archive does not ask for its name: beside eggs,
// wheels and the executable archives of Python's zipapp and its kin, which have to be readable, every file is looked at that is a ZIP archive
// by its content. Syft's own catalogers look at the members.
func newPackedCataloger(cfg java.ArchiveCatalogerConfig) pkg.Cataloger {
	var globs []string
	for _, ext := range pythonArchives {
		globs = append(globs, "**/*"+ext)
	}
	return generic.NewCataloger(packedName).
		WithParserByGlobs(packed(cfg), globs...).
		WithParserByGlobs(unnamed(cfg), "**/*.run", "**/*.sh", "**/*.bin", "**/*.bsx").
		WithParserByMimeTypes(unnamed(cfg), slices.Concat([]string{layerfs.ZIP, layerfs.Script}, executables)...)
}

// packed parses an archive that has to be readable.
func packed(cfg java.ArchiveCatalogerConfig) generic.Parser {
	return func(ctx context.Context, view file.Resolver, _ *generic.Environment, in file.LocationReadCloser) ([]pkg.Package, []artifact.Relationship, error) {
		a, err := openZip(in)
		if err != nil {
			return nil, nil, ofArchive(err)
		}
		return lookInto(ctx, view, cfg, in.Location, a)
	}
}

// unnamed parses an archive that no name shows to be one: a program of Python's or Java's without an extension, a ZIP archive in Python's
// path or in a function's directory, one behind an executable. What only begins or ends like an archive brings nothing.
func unnamed(cfg java.ArchiveCatalogerConfig) generic.Parser {
	return func(ctx context.Context, view file.Resolver, _ *generic.Environment, in file.LocationReadCloser) ([]pkg.Package, []artifact.Relationship, error) {
		if isPythonArchive(in.RealPath) || !mayBeZip(in) {
			return nil, nil, nil
		}
		a, err := openZip(in)
		switch {
		case err == nil:
			return lookInto(ctx, view, cfg, in.Location, a)
		case errors.Is(err, errTwoEnds):
			return nil, nil, ofArchive(err)
		case !isZip(in.RealPath) && !isJavaArchive(in.RealPath) && endsArchive(in): // Java's cataloger says it of those
			return nil, nil, ofArchive(err)
		}
		return nil, nil, nil
	}
}

// lookInto finds what runs from an archive and from those inside it. Java's own cataloger looks into one that is called as it expects, and into those
// inside a .zip, which would be done twice.
func lookInto(ctx context.Context, view file.Resolver, cfg java.ArchiveCatalogerConfig, in file.Location, a *nested) ([]pkg.Package, []artifact.Relationship, error) {
	f := finder{ctx: ctx, cfg: cfg, in: in}
	n := nesting{visit: f.visit}
	if r, ok := view.(*resolver); ok {
		n.temp = r.temp
	}
	a.covered = isJavaArchive(a.name) || isZip(a.name) && !isJava(a.Reader)
	if err := n.walk(a); err != nil {
		if a.covered && (&nesting{temp: n.temp}).walk(a) != nil {
			return nil, nil, nil // Java's cataloger says it
		}
		return nil, nil, ofArchive(fmt.Errorf("%s: %w", a.name, err))
	}
	return f.packages, nil, cmp.Or(ofArchive(errors.Join(append(n.broken, f.broken...)...)), f.unsaid)
}

// ofArchive says of the archive itself what is wrong with its members, which are no files of the image.
func ofArchive(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("reading an archive of packages: %s", err.Error())
}

// openZip opens an archive. What stands before it, such as the line that says who runs it, does not matter.
func openZip(in file.LocationReadCloser) (*nested, error) {
	content, size, err := readerAt(in)
	if err != nil {
		return nil, err
	}
	archive, err := readZip(layerfs.NewWindow(content, windowSize), size)
	return &nested{Reader: archive, content: content, size: size, name: in.RealPath}, err
}

// readerAt is the content of a file, and its size.
func readerAt(in file.LocationReadCloser) (io.ReaderAt, int64, error) {
	content, ok := in.ReadCloser.(interface {
		io.ReaderAt
		io.Seeker
	})
	if !ok {
		return nil, 0, errors.New("an archive in a sparse file is not read")
	}
	size, err := content.Seek(0, io.SeekEnd)
	return content, size, err
}

// mayBeZip tells whether a file is worth being opened as an archive: it begins like one or like a script, or is an executable with the end of an
// archive near its own.
func mayBeZip(in file.LocationReadCloser) bool {
	content, size, err := readerAt(in)
	if err != nil {
		return false
	}
	head := part(content, 0, 4)
	return string(head) == "PK\x03\x04" || bytes.HasPrefix(head, []byte("#!")) || !library.MatchString(in.RealPath) && len(endRecords(content, size)) > 0
}

// endsArchive tells whether a file ends with the record that ends an archive. In an executable it has to reach to the end, with its comment:
// programs that read archives have the record's signature among their texts.
func endsArchive(in file.LocationReadCloser) bool {
	content, size, err := readerAt(in)
	if err != nil {
		return false
	}
	executable := canRun(content, size)
	return slices.ContainsFunc(endRecords(content, size), func(record []byte) bool { return !executable || afterEnd(record) == 0 })
}

// errTwoEnds says of an archive that readers take it for different ones.
var errTwoEnds = errors.New("it ends like an archive in two ways, of which readers take one or the other")

// readZip reads the directory of an archive. Go takes the last record that may end it, with anything behind that; Java one that reaches to the
// end with its comment.
func readZip(content io.ReaderAt, size int64) (*zip.Reader, error) {
	archive, err := zip.NewReader(content, size)
	if err != nil {
		return nil, err
	}
	taken := false
	for _, record := range endRecords(content, size) {
		switch after := afterEnd(record); {
		case after == 0 && taken:
			return nil, errTwoEnds
		case after == 0:
			return archive, nil
		case after > 0:
			taken = true
		}
	}
	return archive, nil
}

// afterEnd is how many bytes there are behind the record that ends an archive and its comment; negative where the comment is cut off.
func afterEnd(record []byte) int {
	if len(record) < zipEnd {
		return -1
	}
	return len(record) - zipEnd - int(binary.LittleEndian.Uint16(record[zipEnd-2:]))
}

// endRecords are what may be the record that ends an archive, each with all that is behind it. Whoever reads an archive looks for it as far from
// the end of the file as the longest comment reaches.
func endRecords(content io.ReaderAt, size int64) [][]byte {
	tail := part(content, max(0, size-zipEnd-math.MaxUint16), min(size, zipEnd+math.MaxUint16))
	var out [][]byte
	for at := bytes.LastIndex(tail, []byte(zipEndMark)); at >= 0; at = bytes.LastIndex(tail[:at], []byte(zipEndMark)) {
		out = append(out, tail[at:])
	}
	return out
}

// The record that ends an archive (APPNOTE.TXT, 4.3.16): its size without a comment, and its signature.
const (
	zipEnd     = 22
	zipEndMark = "PK\x05\x06"
)

// holdsJava tells whether an archive has classes, archives of Java's, or what Maven says of them.
func holdsJava(archive *zip.Reader) bool {
	return hasMember(archive, ".class") || hasMember(archive, javaArchives...) ||
		slices.ContainsFunc(archive.File, func(member *zip.File) bool { return path.Base(member.Name) == "pom.properties" })
}
