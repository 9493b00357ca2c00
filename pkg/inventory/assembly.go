package inventory

import (
	"path"
	"slices"
	"strings"

	"github.com/anchore/syft/syft/file"
	"github.com/anchore/syft/syft/pkg"
	"github.com/package-url/packageurl-go"
)

// asAssembly calls a package that was found as a file of .NET alone as its assembly is called, by which advisories know it: Newtonsoft.Json. Syft
// takes the product for its name, Json.NET. Compilers write the name of the file there as its internal name, some of them without its ending.
func asAssembly(p pkg.Package) pkg.Package {
	m, ok := p.Metadata.(pkg.DotnetPortableExecutableEntry)
	name := withoutAssemblyExtension(m.InternalName)
	if !ok || name == "" || name == m.InternalName && !(strings.Contains(name, ".") && isFileOf(p, name)) {
		return p
	}
	p.Name = name
	p.PURL = packageurl.NewPackageURL(packageurl.TypeNuget, "", p.Name, p.Version, nil, "").ToString()
	return p
}

// isFileOf tells whether a file that a package was found as has a name.
func isFileOf(p pkg.Package, name string) bool {
	return slices.ContainsFunc(p.Locations.ToSlice(), func(l file.Location) bool {
		return strings.EqualFold(withoutAssemblyExtension(path.Base(l.RealPath)), name)
	})
}

func withoutAssemblyExtension(name string) string {
	if ext := path.Ext(name); strings.EqualFold(ext, ".dll") || strings.EqualFold(ext, ".exe") {
		return strings.TrimSuffix(name, ext)
	}
	return name
}
