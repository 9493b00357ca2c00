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
	"github.com/anchore/syft/syft/pkg/cataloger/python"

	"github.com/layergate/layergate/pkg/layerfs"
)

// packedName is the name of the cataloger of packages that run from within a ZIP archive.
const packedName = "packed-package-cataloger"

// pythonArchives are the extensions of archives that Python runs or imports from.
var pythonArchives = []string{".egg", ".whl", ".pyz", ".pyzw", ".pex"}

// newPackedCataloger finds what Python, Node and Java run from within archives. Who runs an archive does not ask for its name: beside eggs,
// wheels and the executable archives of Python's zipapp and its kin, which have to be readable, every file is looked at that is a ZIP archive
// by its content. Syft's own catalogers look at the members.
func newPackedCataloger(cfg java.ArchiveCatalogerConfig) pkg.Cataloger {
	var globs []string
	for _, ext := range pythonArchives {
		globs = append(globs, "**/*"+ext)
	}
	return generic.NewCataloger(packedName).
		WithParserByGlobs(packed(python.NewInstalledPackageCataloger(), cfg), globs...).
		WithParserByGlobs(unnamed(cfg), "**/*.run", "**/*.sh", "**/*.bin", "**/*.bsx").
		WithParserByMimeTypes(unnamed(cfg), slices.Concat([]string{layerfs.ZIP, layerfs.Script}, executables)...)
}

// packed parses an archive by a cataloger, and looks for what Java runs from it.
func packed(c pkg.Cataloger, cfg java.ArchiveCatalogerConfig) generic.Parser {
	return func(ctx context.Context, _ file.Resolver, _ *generic.Environment, in file.LocationReadCloser) ([]pkg.Package, []artifact.Relationship, error) {
		archive, counted, err := openZip(in)
		if err != nil {
			return nil, nil, ofArchive(err)
		}
		packages, _, err := c.Catalog(ctx, newZipResolver(archive))
		inner, innerErr := inside(ctx, archive)
		packages, err = moved(append(packages, inner...), in), errors.Join(err, innerErr)
		if !holdsJava(archive) {
			return packages, nil, ofArchive(err)
		}
		classes, unsaid, javaErr := ofJava(ctx, cfg, in)
		return append(packages, classes...), nil, cmp.Or(ofArchive(errors.Join(append(counting(archive, counted).broken, err, javaErr)...)), unsaid)
	}
}

// unnamed parses an archive that no name shows to be one: a program of Python's or Java's without an extension, a ZIP archive in Python's
// path or in a function's directory, one behind an executable. What only begins or ends like an archive brings nothing.
func unnamed(cfg java.ArchiveCatalogerConfig) generic.Parser {
	return func(ctx context.Context, _ file.Resolver, _ *generic.Environment, in file.LocationReadCloser) ([]pkg.Package, []artifact.Relationship, error) {
		ext := strings.ToLower(path.Ext(in.RealPath))
		if slices.Contains(pythonArchives, ext) || !mayBeZip(in) {
			return nil, nil, nil
		}
		archive, counted, err := openZip(in)
		switch isJava := slices.Contains(javaArchives, ext); {
		case isJava && err == nil: // Java's cataloger looks into it, and passes over what it cannot read there
			return nil, nil, ofArchive(errors.Join(counting(archive, counted).broken...))
		case isJava:
			return nil, nil, nil // and says what is wrong with it
		case err != nil && ext != ".zip" && endsArchive(in):
			return nil, nil, ofArchive(err)
		case err != nil:
			return nil, nil, nil // Java's cataloger says it of a .zip
		}
		packages, err := ofMembers(ctx, archive)
		inner, innerErr := inside(ctx, archive)
		packages, err = moved(append(packages, inner...), in), errors.Join(append(counting(archive, counted).broken, err, innerErr)...)
		if !isJava(archive) && (ext == ".zip" || !holdsJava(archive)) { // Java's own cataloger looks for archives in a .zip, and not for classes
			return packages, nil, ofArchive(err)
		}
		classes, unsaid, javaErr := ofJava(ctx, cfg, in)
		if ext != ".zip" {
			javaErr, unsaid = errors.Join(javaErr, unsaid), nil
		}
		return append(packages, classes...), nil, cmp.Or(ofArchive(errors.Join(err, javaErr)), unsaid)
	}
}

// ofJava finds what Java runs from an archive, whatever it is called. unsaid is the error for one of which nothing says which package it is.
func ofJava(ctx context.Context, cfg java.ArchiveCatalogerConfig, in file.LocationReadCloser) (packages []pkg.Package, unsaid, err error) {
	packages, _, err = java.NewArchiveCataloger(cfg).Catalog(ctx, &archiveResolver{recorder: *newRecorder(), in: in})
	if err != nil && strings.HasSuffix(err.Error(), nothingIdentified) && !strings.Contains(err.Error(), "\n") { // and no other error
		return packages, errors.New(namelessArchive), nil
	}
	return packages, nil, err
}

// ofArchive says of the archive itself what is wrong with its members, which are no files of the image.
func ofArchive(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("reading an archive of packages: %s", err.Error())
}

// moved places packages in the archive that they were found in. Which member has each is in the path by which it is found.
func moved(packages []pkg.Package, in file.LocationReadCloser) []pkg.Package {
	for i := range packages {
		p := &packages[i]
		var at []file.Location
		for _, l := range p.Locations.ToSlice() {
			to := file.NewVirtualLocation(in.RealPath, in.RealPath+":"+l.RealPath)
			to.FileSystemID, to.Annotations = in.FileSystemID, l.Annotations
			at = append(at, to)
		}
		p.Locations = file.NewLocationSet(at...)
		p.Metadata = nil // names files that are none of the image's
		p.SetID()
	}
	return packages
}

// openZip opens an archive, with what checkZip counted in it. What stands before it, such as the line that says who runs it, does not matter.
func openZip(in file.LocationReadCloser) (*zip.Reader, *nesting, error) {
	content, size, err := readerAt(in)
	if err != nil {
		return nil, nil, err
	}
	counted, err := checkZip(content, in.RealPath, size)
	if err != nil {
		return nil, nil, err
	}
	archive, err := zip.NewReader(content, size)
	return archive, counted, err
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
	content, _, err := readerAt(in)
	if err != nil {
		return false
	}
	head := part(content, 0, 4)
	return string(head) == "PK\x03\x04" || bytes.HasPrefix(head, []byte("#!")) || !library.MatchString(in.RealPath) && len(endRecords(in)) > 0
}

// endsArchive tells whether a file ends with the record that ends an archive. In an executable it has to reach to the end, with its comment:
// programs that read archives have the record's signature among their texts.
func endsArchive(in file.LocationReadCloser) bool {
	content, size, err := readerAt(in)
	if err != nil {
		return false
	}
	executable := canRun(content, size)
	return slices.ContainsFunc(endRecords(in), func(record []byte) bool {
		return !executable || len(record) >= zipEnd && zipEnd+int(binary.LittleEndian.Uint16(record[zipEnd-2:])) == len(record)
	})
}

// endRecords are what may be the record that ends an archive, each with all that is behind it. Whoever reads an archive looks for it as far from
// the end of the file as the longest comment reaches.
func endRecords(in file.LocationReadCloser) [][]byte {
	content, size, err := readerAt(in)
	if err != nil {
		return nil
	}
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

// archiveResolver shows one file to a cataloger of archives, which asks for it by extensions.
type archiveResolver struct {
	recorder
	in file.LocationReadCloser
}

func (r *archiveResolver) FilesByGlob(patterns ...string) ([]file.Location, error) {
	if slices.Contains(patterns, "**/*.jar") {
		return []file.Location{r.in.Location}, nil
	}
	return nil, nil
}

func (r *archiveResolver) FileContentsByLocation(file.Location) (io.ReadCloser, error) {
	content, size, err := readerAt(r.in)
	return io.NopCloser(io.NewSectionReader(content, 0, size)), err
}
