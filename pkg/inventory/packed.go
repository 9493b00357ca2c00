package inventory

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/anchore/syft/syft/artifact"
	"github.com/anchore/syft/syft/file"
	"github.com/anchore/syft/syft/pkg"
	"github.com/anchore/syft/syft/pkg/cataloger/generic"
	"github.com/anchore/syft/syft/pkg/cataloger/javascript"
	"github.com/anchore/syft/syft/pkg/cataloger/python"
)

// packedName is the name of the cataloger of packages that run from within a ZIP archive.
const packedName = "packed-package-cataloger"

// newPackedCataloger finds what Python and Node run from within archives: zipped eggs, wheels, executable archives of
// Python's zipapp and its kin, and the cache of Yarn Plug'n'Play, wherever it lies. Syft's own catalogers look at the
// members.
func newPackedCataloger() pkg.Cataloger {
	return generic.NewCataloger(packedName).
		WithParserByGlobs(packed(python.NewInstalledPackageCataloger()), "**/*.egg", "**/*.whl", "**/*.pyz", "**/*.pyzw", "**/*.pex").
		WithParserByGlobs(packed(javascript.NewPackageCataloger()), "**/.yarn/cache/*.zip", "**/.yarn/*/cache/*.zip", "**/*-npm-*.zip")
}

// packed parses an archive by a cataloger. The archive is where the packages are found; which member has each is in the
// path by which it is found.
func packed(c pkg.Cataloger) generic.Parser {
	return func(ctx context.Context, _ file.Resolver, _ *generic.Environment, in file.LocationReadCloser) ([]pkg.Package, []artifact.Relationship, error) {
		members, err := openZip(in)
		if err != nil {
			return nil, nil, err
		}
		packages, _, err := c.Catalog(ctx, members)
		for i := range packages {
			p := &packages[i]
			var at []file.Location
			for _, l := range p.Locations.ToSlice() {
				moved := file.NewVirtualLocation(in.RealPath, in.RealPath+":"+l.RealPath)
				moved.FileSystemID, moved.Annotations = in.FileSystemID, l.Annotations
				at = append(at, moved)
			}
			p.Locations = file.NewLocationSet(at...)
			p.Metadata = nil // names files that are none of the image's
			p.SetID()
		}
		return packages, nil, err
	}
}

func openZip(in file.LocationReadCloser) (*zipResolver, error) {
	content, ok := in.ReadCloser.(interface {
		io.ReaderAt
		io.Seeker
	})
	if !ok {
		return nil, errors.New("an archive in a sparse file is not read")
	}
	size, err := content.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, err
	}
	archive, err := zip.NewReader(content, size)
	if err != nil {
		return nil, fmt.Errorf("reading an archive of packages: %w", err)
	}
	return newZipResolver(archive), nil
}
