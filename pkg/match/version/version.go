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

// Upgrade picks the version that repairs all that an upgrade can repair, given for each vulnerability of a package the versions
// that repair it: the lowest of those named which is above the installed one and repaired in every list that names any above
// it. A version that no list names as such counts as repaired only where it follows one that is named on its own branch, so
// that 4.1.2 is not taken where 4.0.10 and 4.1.7 repair. Where the order of versions is not known, Upgrade returns all that
// may be meant, in the order of the lists, and false if they are several. It returns none where no list names a version
// above the installed one. Versions are spelled as the package manager wants them.
func Upgrade(p finding.Package, fixes ...[]string) (versions []string, sure bool) {
	o := newOrder(p.Type)
	sure = true
	var all []string
	var lists [][]string
	for _, list := range fixes {
		above, known := o.above(p.Version, list)
		sure = sure && known
		all = append(all, above...)
		if len(above) > 0 {
			lists = append(lists, above)
		}
	}
	if len(all) == 0 {
		return nil, true
	}
	if best, known := o.lowestRepaired(lists, all); sure && known {
		all = []string{best}
	}
	for _, v := range all {
		if v = spell(p, v); !slices.Contains(versions, v) {
			versions = append(versions, v)
		}
	}
	return versions, len(versions) == 1
}

// Above lists those of some versions that are above a package's own, the lowest first, each once and spelled as the package
// manager wants it. It is false where their order is not known.
func Above(p finding.Package, versions []string) ([]string, bool) {
	o := newOrder(p.Type)
	above, known := o.above(p.Version, versions)
	var out []string
	for _, v := range above {
		if v = spell(p, v); !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	slices.SortStableFunc(out, func(a, b string) int {
		c, ok := o.compare(a, b)
		known = known && ok
		return c
	})
	return out, known
}

// Repairs tells whether a version of a package has the repair of which a list names the first versions, by the rule of
// Upgrade. It is false where the order of versions is not known.
func Repairs(p finding.Package, fixes []string, v string) bool {
	repaired, known := newOrder(p.Type).repairs(fixes, v)
	return repaired && known
}

// leading is the number that a version begins with.
var leading = regexp.MustCompile(`^(?:[0-9]+[:!])?(?:v|V|go)?([0-9]+)`)

// SameMajor tells whether two versions have the same first number, as far as that says anything: a year, and a version
// without a number, say nothing.
func SameMajor(a, b string) bool {
	x, y := leading.FindStringSubmatch(a), leading.FindStringSubmatch(b)
	return x == nil || y == nil || x[1] == y[1] || len(x[1]) > 3 && len(y[1]) > 3
}

// spell writes a version as Go wants it: with a v before it, which advisories leave out. The standard library's versions,
// which are Go's own, have none.
func spell(p finding.Package, v string) string {
	if syftpkg.Type(p.Type) != syftpkg.GoModulePkg || p.Name == "stdlib" || strings.HasPrefix(v, "v") {
		return v
	}
	return "v" + v
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

// above lists the versions that are not known to be the installed one or below it. They are known where each can be compared
// with it, or where there is but one.
func (o order) above(installed string, versions []string) (above []string, known bool) {
	known = true
	for _, v := range versions {
		c, ok := o.compare(v, installed)
		if ok && c <= 0 {
			continue
		}
		above = append(above, v)
		known = known && ok
	}
	return above, known || len(above) == 1
}

// lowestRepaired picks the lowest of some versions that is repaired by every list. The highest of all is. It is false where two
// versions cannot be compared.
func (o order) lowestRepaired(lists [][]string, versions []string) (string, bool) {
	best := ""
	for _, v := range versions {
		repaired := true
		for _, list := range lists {
			ok, known := o.repairs(list, v)
			if !known {
				return "", false
			}
			repaired = repaired && ok
		}
		if !repaired {
			continue
		}
		if c, known := o.compare(v, best); best == "" || known && c < 0 {
			best = v
		}
	}
	return best, best != ""
}

// repairs tells whether a version has the repair of which a list names the first versions, one for each branch: the highest
// that is named up to it is on its branch, rather than the next one that is named above it. It is not known where the order
// of versions is not.
func (o order) repairs(list []string, v string) (repaired, known bool) {
	below, next := "", ""
	for _, fix := range list {
		c, ok := o.compare(fix, v)
		switch {
		case fix == v:
			return true, true
		case !ok:
			return false, false
		case c == 0:
			return true, true
		case c < 0 && (below == "" || o.less(below, fix)):
			below = fix
		case c > 0 && (next == "" || o.less(fix, next)):
			next = fix
		}
	}
	return below != "" && (next == "" || common(below, v) > common(next, v)), true
}

func (o order) less(a, b string) bool {
	c, ok := o.compare(a, b)
	return ok && c < 0
}

// common is how many of their first numbers two versions have in common.
func common(a, b string) int {
	numbers := func(v string) []string {
		return strings.FieldsFunc(v, func(r rune) bool { return r < '0' || r > '9' })
	}
	x, y := numbers(a), numbers(b)
	n := 0
	for n < min(len(x), len(y)) && x[n] == y[n] {
		n++
	}
	return n
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
