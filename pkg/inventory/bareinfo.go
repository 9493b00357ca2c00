package inventory

import (
	"context"
	"path"
	"slices"

	"github.com/anchore/packageurl-go"
	"github.com/anchore/syft/syft/artifact"
	"github.com/anchore/syft/syft/file"
	"github.com/anchore/syft/syft/pkg"
	"github.com/anchore/syft/syft/pkg/cataloger/generic"
)

// bareInfoName is the name of the cataloger of Python's packages without METADATA.
const bareInfoName = "python-bare-info-cataloger"

// infoFiles are the files that installers write beside a package's METADATA (Recording installed projects), in the
// order in which one of them stands for the package where METADATA is missing.
var infoFiles = []string{"RECORD", "WHEEL", "INSTALLER", "top_level.txt"}

// newBareInfoCataloger finds installed packages of Python whose METADATA is missing: the name of their directory has
// the name and the version.
func newBareInfoCataloger() pkg.Cataloger {
	var globs []string
	for _, name := range infoFiles {
		globs = append(globs, "**/*.dist-info/"+name)
	}
	return generic.NewCataloger(bareInfoName).WithParserByGlobs(parseBareInfo, globs...)
}

func parseBareInfo(_ context.Context, view file.Resolver, _ *generic.Environment, in file.LocationReadCloser) ([]pkg.Package, []artifact.Relationship, error) {
	dir, base := path.Split(in.RealPath)
	before := infoFiles[:max(slices.Index(infoFiles, base), 0)]
	if slices.ContainsFunc(append([]string{"METADATA"}, before...), func(other string) bool { return view.HasPath(dir + other) }) {
		return nil, nil, nil
	}
	name, version := pythonPlace(in.RealPath)
	name = distributionName(name)
	if name == "" {
		return nil, nil, errNameless
	}
	p := pkg.Package{
		Name: name, Version: version, Type: pkg.PythonPkg, Language: pkg.Python, Locations: file.NewLocationSet(in.WithAnnotation(pkg.EvidenceAnnotationKey, pkg.PrimaryEvidenceAnnotation)),
		PURL:     packageurl.NewPackageURL(packageurl.TypePyPi, "", name, version, nil, "").ToString(),
		Metadata: pkg.PythonPackage{Name: name, Version: version},
	}
	p.SetID()
	return []pkg.Package{p}, nil, nil
}
