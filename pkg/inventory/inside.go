package inventory

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/anchore/syft/syft/file"
	"github.com/anchore/syft/syft/pkg"
	"github.com/anchore/syft/syft/pkg/cataloger/javascript"
	"github.com/anchore/syft/syft/pkg/cataloger/python"
)

// ofMembers finds what Python and Node run from an archive.
func ofMembers(ctx context.Context, archive *zip.Reader) ([]pkg.Package, error) {
	members := newZipResolver(archive)
	packages, _, err := python.NewInstalledPackageCataloger().Catalog(ctx, members)
	node, _, nodeErr := javascript.NewPackageCataloger().Catalog(ctx, members)
	return append(packages, node...), errors.Join(err, nodeErr)
}

// inside finds the same in the archives inside an archive, as a bundle of wheels has them. What lies deeper, archives of Java there, and
// what is too large are errors: nobody looks into them.
func inside(ctx context.Context, archive *zip.Reader) (out []pkg.Package, errs error) {
	count := 0
	for _, member := range archive.File {
		if !isPlainArchive(member) {
			continue
		}
		if count++; count > maxNested {
			return out, errors.Join(errs, fmt.Errorf("more than %d archives lie in it", maxNested))
		}
		if member.UncompressedSize64 > maxInner {
			errs = errors.Join(errs, inMember(member, fmt.Errorf("it has more than %d bytes", maxInner)))
			continue
		}
		inner, err := openInner(member)
		if err == nil && inner != nil {
			err = checkUnpacked(inner, member.Name, int64(member.UncompressedSize64))
		}
		if err != nil || inner == nil {
			errs = errors.Join(errs, err)
			continue
		}
		packages, err := ofMembers(ctx, inner)
		for _, p := range packages {
			out = append(out, below(p, member))
		}
		errs = errors.Join(errs, err, deeper(member, inner))
	}
	return out, errs
}

// isPlainArchive tells whether a member is a ZIP archive by its name, and none that Java's cataloger looks into.
func isPlainArchive(member *zip.File) bool {
	ext := strings.ToLower(path.Ext(member.Name))
	return ext == ".zip" || slices.Contains(pythonArchives, ext)
}

// deeper says what of an archive inside another is not looked at.
func deeper(member *zip.File, inner *zip.Reader) error {
	if holdsJava(inner) {
		return inMember(member, errors.New("it holds archives or classes of Java"))
	}
	if at := slices.IndexFunc(inner.File, isPlainArchive); at >= 0 {
		return inMember(member, fmt.Errorf("it holds another archive, %q", inner.File[at].Name))
	}
	return nil
}

// below has the places of a package be in a member.
func below(p pkg.Package, member *zip.File) pkg.Package {
	var at []file.Location
	for _, l := range p.Locations.ToSlice() {
		to := file.NewLocation("/" + strings.TrimPrefix(member.Name, "/") + ":" + l.RealPath)
		to.Annotations = l.Annotations
		at = append(at, to)
	}
	p.Locations = file.NewLocationSet(at...)
	return p
}
