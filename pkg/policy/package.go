package policy

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/purl"
)

// packagePattern chooses packages: by the name of the package or of the source package that it is built from, or by package URL where it
// begins with pkg:. Of a URL the version, the qualifiers and the subpath that the pattern says have to fit, and those that it leaves out
// are free. A version may stand behind a name, too.
type packagePattern struct {
	name string
	url  *purl.URL // nil where name counts
}

// inRanges are characters of ranges of versions, which neither names nor versions have.
const inRanges = "<>="

// newPackagePattern reads a pattern. One that is not valid matches nothing.
func newPackagePattern(text string) (packagePattern, error) {
	switch {
	case strings.TrimSpace(text) != text:
		return packagePattern{}, fmt.Errorf("the package %q begins or ends with white space", text)
	case !purl.Is(text):
		if strings.ContainsAny(text, inRanges) {
			return packagePattern{}, fmt.Errorf("the package %q has a range of versions: write one version, such as a@1.2.3, or stars, such as a@1.*, or a range in versions of an exception", text)
		}
		return packagePattern{name: text}, nil
	}
	u, err := purl.Parse(text)
	if err == nil {
		err = cmp.Or(u.KnownType(), purl.Blank(text))
	}
	if err == nil && strings.ContainsAny(u.Version, inRanges) {
		err = errors.New("its version is a range: write one version, or stars, such as @1.*, or a range in versions of an exception")
	}
	if err != nil {
		return packagePattern{}, fmt.Errorf("the package %q is no package URL: %w", text, err)
	}
	return packagePattern{url: &u}, nil
}

// known is a package with its URL, which is nil where it has none that can be read.
type known struct {
	finding.Package
	url *purl.URL
}

// know reads the URL of a package, each once.
func (j *judge) know(p finding.Package) known {
	u, ok := j.urls[p.PURL]
	if !ok {
		if read, err := purl.Parse(p.PURL); err == nil {
			u = &read
		}
		j.urls[p.PURL] = u
	}
	return known{p, u}
}

func (p packagePattern) matches(of known) bool {
	if p.url == nil {
		return p.named(of)
	}
	if of.url == nil {
		return false
	}
	path := *p.url
	path.Namespace, path.Name = path.As(of.url.Type) // the pattern's type may be any
	if !pattern(path.Path()).matches(of.url.Path()) || !fits(path.Version, of.url.Version) || !fits(path.Subpath, of.url.Subpath) {
		return false
	}
	for key, value := range path.Qualifiers {
		if !of.url.Satisfies(key, pattern(value).matches) {
			return false
		}
	}
	return true
}

// fits compares a part of a URL with what a pattern says of it, if anything.
func fits(said, is string) bool { return said == "" || pattern(said).matches(is) }

// named compares the name of a package with the pattern, which may have a version behind it. There are packages with such names as well,
// such as Homebrew's python@3.12.
func (p packagePattern) named(of known) bool {
	if p.isName(p.name, of) {
		return true
	}
	at := strings.LastIndexByte(p.name, '@')
	return at > 0 && p.isName(p.name[:at], of) && pattern(p.name[at+1:]).matches(of.Version)
}

// isName compares the names of a package with one: as they are written, and as the package's type writes them.
func (packagePattern) isName(name string, of known) bool {
	if name == "" {
		return false
	}
	if pattern(name).matches(of.Name) {
		return true
	}
	if of.url == nil {
		return false
	}
	folded := pattern(purl.Fold(of.url.Type, name))
	return folded.matches(purl.Fold(of.url.Type, of.Name)) || folded.matches(of.url.Source())
}
