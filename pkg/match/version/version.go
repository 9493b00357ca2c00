// Package version says which version of a package repairs vulnerabilities, by grype's own rules for the order of versions:
// those by which the vulnerabilities were found.
//
// Of anchore's modules it needs grype's comparison only, and it takes and returns plain strings, so that reports can ask it.
package version

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	grypepkg "github.com/anchore/grype/grype/pkg"
	"github.com/anchore/grype/grype/version"
	syftpkg "github.com/anchore/syft/syft/pkg"

	"github.com/layergate/layergate/pkg/finding"
)

// Upgrade picks, for each list of versions that repair one vulnerability of a package, the lowest that is above the
// installed one, and of these the highest: the version that repairs all that can be repaired by an upgrade. Where the
// order of versions is not known, it returns all that may be meant, in the order of the lists, and false if they are
// several. It returns none where no list names a version above the installed one. Versions are spelled as the package
// manager wants them.
func Upgrade(p finding.Package, fixes ...[]string) (versions []string, sure bool) {
	o := newOrder(p.Type)
	best, sure := "", true
	var all []string
	for _, list := range fixes {
		lowest, above, known := o.lowestAbove(p.Version, list)
		all = append(all, above...)
		switch {
		case !known:
			sure = false
		case lowest == "":
		case best == "":
			best = lowest
		default:
			c, known := o.compare(lowest, best)
			sure = sure && known
			if c > 0 {
				best = lowest
			}
		}
	}
	switch {
	case len(all) == 0:
		return nil, true
	case sure:
		all = []string{best}
	}
	for _, v := range all {
		if v = spell(p, v); !slices.Contains(versions, v) {
			versions = append(versions, v)
		}
	}
	return versions, len(versions) == 1
}

// spell writes a version as Go wants it: with a v before it, which advisories leave out. The standard library's versions,
// which are Go's own, have none.
func spell(p finding.Package, v string) string {
	if syftpkg.Type(p.Type) != syftpkg.GoModulePkg || p.Name == "stdlib" || strings.HasPrefix(v, "v") {
		return v
	}
	return "v" + v
}

// Argument is what one gives to the package manager to install a version, such as lodash@4.17.21; it is "" for package
// managers that want name and version in different places.
func Argument(p finding.Package, v string) string {
	switch syftpkg.Type(p.Type) {
	case syftpkg.NpmPkg, syftpkg.RustPkg:
		return p.Name + "@" + v
	case syftpkg.GoModulePkg:
		if p.Name != "stdlib" {
			return p.Name + "@" + v
		}
	}
	return ""
}

// InRange tells whether a package's version is one of those that a range names, such as < 1.2.3 or >= 1.2, < 1.4 || = 2.0. A
// version or a range that does not follow the rules of the package's type is an error.
func InRange(p finding.Package, versions string) (bool, error) {
	o := newOrder(p.Type)
	if _, ok := o.compare(p.Version, p.Version); !ok {
		return false, fmt.Errorf("the version %q cannot be compared", p.Version)
	}
	constraint, err := version.GetConstraint(versions, o.format)
	if err != nil {
		return false, fmt.Errorf("the range %q cannot be read: %w", versions, err)
	}
	return constraint.Satisfied(version.New(p.Version, o.format))
}

// order compares the versions of one type of package.
type order struct{ format version.Format }

// newOrder takes the format by which grype compares packages of a type, or the one that it gives that type's package URLs.
func newOrder(packageType string) order {
	t := syftpkg.Type(packageType)
	f := grypepkg.VersionFormat(grypepkg.Package{Type: t})
	if f == version.UnknownFormat {
		f = version.ParseFormat(t.PackageURLType())
	}
	return order{f}
}

// lowestAbove picks the lowest of the versions that is above the installed one; "" where none is. above are all of them
// that are not known to be the installed one or below it. It is not known which is the lowest where there are several of
// unknown order.
func (o order) lowestAbove(installed string, versions []string) (lowest string, above []string, known bool) {
	known = true
	for _, v := range versions {
		c, ok := o.compare(v, installed)
		if ok && c <= 0 {
			continue
		}
		above = append(above, v)
		known = known && ok
		if lowest == "" {
			lowest = v
		} else if c, ok := o.compare(v, lowest); !ok {
			known = false
		} else if c < 0 {
			lowest = v
		}
	}
	return lowest, above, known || len(above) == 1
}

// numbered is how versions begin that can be compared part by part. Of others, such as r2021 or the names of branches,
// nobody knows the order.
var numbered = regexp.MustCompile(`^[vV]?[0-9]`)

// compare orders two versions. It is false where one of them does not follow the format.
func (o order) compare(a, b string) (int, bool) {
	for _, v := range []string{a, b} {
		if v == "" || o.format == version.UnknownFormat && !numbered.MatchString(v) || version.New(v, o.format).Validate() != nil {
			return 0, false
		}
	}
	c, err := version.New(a, o.format).Compare(version.New(b, o.format))
	return c, err == nil
}
