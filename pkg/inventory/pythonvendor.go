package inventory

import (
	"bufio"
	"context"
	"path"
	"strings"

	"github.com/anchore/packageurl-go"
	"github.com/anchore/syft/syft/artifact"
	"github.com/anchore/syft/syft/file"
	"github.com/anchore/syft/syft/pkg"
	"github.com/anchore/syft/syft/pkg/cataloger/generic"

	"github.com/layergate/layergate/pkg/regex"
)

// vendoredName is the name of the cataloger of packages of Python that others have copied.
const vendoredName = "python-vendored-cataloger"

// vendorList is what the list is called.
const vendorList = "vendor.txt"

// newVendoredCataloger finds packages of Python that another one has copied into itself, by the list that the tool vendoring writes beside them. Some lie
// there without a record of their own.
func newVendoredCataloger() pkg.Cataloger {
	return generic.NewCataloger(vendoredName).WithParserByGlobs(vendored, "**/{_vendor,vendor,vendored}/"+vendorList)
}

// ofInstaller matches the lists of what installs packages of Python: each image with Python has them. They are judged as the tools are, whose makers publish
// an advisory where one of their copies matters.
var ofInstaller = regex.New(`/(?:pip|setuptools|pkg_resources|wheel)/[^/]+/[^/]+$`)

// vendoredLine is a line that says which version of a package was copied.
var vendoredLine = regex.New(`^\s*([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?\s*==\s*(\d[\w.!+-]*)`)

// vendored reads such a list. A package counts whose code is there.
func vendored(_ context.Context, view file.Resolver, _ *generic.Environment, in file.LocationReadCloser) ([]pkg.Package, []artifact.Relationship, error) {
	dir := path.Dir(in.RealPath)
	if ofInstaller.MatchString(in.RealPath) || strings.ContainsAny(dir, `*?[]{}\`) { // which a pattern would read otherwise
		return nil, nil, nil
	}
	modules, err := view.FilesByGlob(dir+"/*.py", dir+"/*/__init__.py")
	if err != nil {
		return nil, nil, err
	}
	var out []pkg.Package
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		m := vendoredLine.FindStringSubmatch(lines.Text())
		if m == nil {
			continue
		}
		var code []pkg.PythonFileRecord
		for _, at := range modules {
			if module := strings.TrimSuffix(at.RealPath, "/__init__.py"); module != dir && mayBeOf([]string{m[1]}, module) {
				code = append(code, pkg.PythonFileRecord{Path: strings.TrimPrefix(at.RealPath, path.Dir(dir)+"/")})
			}
		}
		if len(code) == 0 {
			continue
		}
		name := distributionName(m[1])
		p := pkg.Package{
			Name: name, Version: m[2], Type: pkg.PythonPkg, Language: pkg.Python, Locations: file.NewLocationSet(in.WithAnnotation(pkg.EvidenceAnnotationKey, pkg.PrimaryEvidenceAnnotation)),
			PURL:     packageurl.NewPackageURL(packageurl.TypePyPi, "", name, m[2], nil, "").ToString(),
			Metadata: pkg.PythonPackage{Name: name, Version: m[2], Files: code},
		}
		p.SetID()
		out = append(out, p)
	}
	return out, nil, lines.Err()
}
