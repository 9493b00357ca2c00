package vex

import (
	"net/url"
	"slices"
	"strings"

	"github.com/package-url/packageurl-go"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/regex"
)

// InRange tells whether the version of a package is one of some, such as those >= 1.2, < 1.4, by the rules of the package's own sort.
// An error means that nobody knows.
type InRange func(p finding.Package, versions string) (bool, error)

// release is what a document says of a component beside its package URL: which versions and which architecture of it are meant. The
// zero value means all.
type release struct {
	version      string // this one; empty for any
	versions     string // a range in the form vers (https://github.com/package-url/vers-spec), or without vers:type/ before it; empty for any
	architecture string // as GOARCH has it; empty for any
}

// architectures are other names of what GOARCH has a name for. Packages for any architecture, and those of source code, are for all.
var architectures = map[string]string{
	"x86_64": "amd64", "x86-64": "amd64", "x64": "amd64", "aarch64": "arm64", "i386": "386", "i486": "386", "i586": "386", "i686": "386", "x86": "386",
	"armhf": "arm", "armel": "arm", "armv6": "arm", "armv6l": "arm", "armv7": "arm", "armv7l": "arm", "armv7hl": "arm",
	"ppc64el": "ppc64le", "mips64el": "mips64le", "loongarch64": "loong64",
	"noarch": "", "all": "", "any": "", "src": "", "source": "",
}

func goArchitecture(name string) string {
	name = strings.ToLower(strings.TrimSpace(name))
	if goarch, ok := architectures[name]; ok {
		return goarch
	}
	return name
}

// runsOn tells whether a platform (os/arch[/variant]) has the architecture that is meant.
func (r release) runsOn(platform string) bool {
	_, architecture, _ := strings.Cut(platform, "/")
	architecture, _, _ = strings.Cut(architecture, "/")
	return r.architecture == "" || r.architecture == architecture
}

// isOf tells whether the version of a package is meant. What cannot be read or compared is not.
func (r release) isOf(p finding.Package, inRange InRange) bool {
	if r.version != "" && r.version != p.Version && !in(p, "= "+r.version, inRange) {
		return false
	}
	if r.versions == "" {
		return true
	}
	purl, _ := packageurl.FromString(p.PURL) // the component's matches it
	limits, ok := readRange(r.versions, purl.Type)
	return ok && limits.hold(p, inRange)
}

// in is InRange of one comparator and one version, which may have any form.
func in(p finding.Package, versions string, inRange InRange) bool {
	_, version, _ := strings.Cut(versions, " ")
	if !plainVersion.MatchString(version) {
		return false
	}
	is, err := inRange(p, versions)
	return err == nil && is
}

// plainVersion is a version in which no other reader sees the beginning of a second one.
var plainVersion = regex.New(`^[0-9A-Za-z][0-9A-Za-z.+~:!_^-]*$`)

// versionOf is the version that a branch names which stands above a product with a package URL. Vendors write the package's name there, too:
// alone, where every version is meant, and before the version.
func versionOf(branch string, purl packageurl.PackageURL) string {
	rest, ok := strings.CutPrefix(branch, purl.Name)
	switch {
	case !ok:
		return branch
	case rest == "":
		return ""
	case strings.ContainsAny(rest[:1], "-@ :="):
		return strings.TrimSpace(rest[1:])
	}
	return branch
}

// limit is one constraint of a range: a comparator and a version.
type limit struct{ comparator, version string }

// limits are the constraints of a range by rising version, as vers has them.
type limits []limit

// readRange reads a range of the versions of packages of a type.
func readRange(text, packageType string) (limits, bool) {
	if scheme, rest, _ := strings.Cut(text, "/"); strings.HasPrefix(strings.ToLower(scheme), "vers:") {
		scheme = strings.ToLower(scheme)[len("vers:"):]
		if scheme == "alpine" {
			scheme = packageurl.TypeApk
		}
		if scheme != packageType && !slices.Contains([]string{"generic", "semver", "all"}, scheme) {
			return nil, false
		}
		text = rest
	}
	text = strings.ReplaceAll(text, " ", "")
	if text == "*" {
		return limits{{comparator: "*"}}, true
	}
	var out limits
	for part := range strings.SplitSeq(text, "|") {
		version := strings.TrimLeft(part, "<>=!")
		l := limit{comparator: part[:len(part)-len(version)]}
		if l.comparator == "" {
			l.comparator = "="
		}
		l.version, _ = url.PathUnescape(version) // what is no version is in no range
		out = append(out, l)
	}
	return out, true
}

// hold tells whether a package's version is in the range, by the algorithm of vers. A range that does not rise has no meaning there.
func (l limits) hold(p finding.Package, inRange InRange) bool {
	if l[0].comparator == "*" { // which stands alone
		return true
	}
	for i := 1; i < len(l); i++ {
		next := p
		next.Version = l[i].version
		if !in(next, "> "+l[i-1].version, inRange) {
			return false
		}
	}
	var ends limits
	for _, x := range l {
		switch x.comparator {
		case "=":
			if in(p, "= "+x.version, inRange) {
				return true
			}
		case "!=": // and where nobody knows, it may be the same
			if !in(p, "< "+x.version, inRange) && !in(p, "> "+x.version, inRange) {
				return false
			}
		default:
			ends = append(ends, x)
		}
	}
	if len(ends) == 0 { // only versions that are, or that are not
		return slices.ContainsFunc(l, func(x limit) bool { return x.comparator == "!=" })
	}
	within := func(x limit) bool { return in(p, x.comparator+" "+x.version, inRange) }
	for i, x := range ends {
		upper := strings.HasPrefix(x.comparator, "<")
		switch {
		case upper && i == 0, !upper && i == len(ends)-1:
			if within(x) {
				return true
			}
		case !upper:
			if within(x) && within(ends[i+1]) {
				return true
			}
		}
	}
	return false
}
