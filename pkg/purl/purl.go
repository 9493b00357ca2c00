// Package purl reads package URLs (ECMA-427, https://github.com/package-url/purl-spec), and patterns for them, so that those which mean
// the same package are equal, however each is written.
package purl

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/package-url/packageurl-go"
)

// URL is a package URL in its canonical form, with nothing escaped. In a pattern any part may hold stars.
type URL struct {
	Type       string // in lower case; in a pattern it may hold stars
	Namespace  string // parts with slashes between them; empty where there is none
	Name       string
	Version    string            // empty where none is said
	Qualifiers map[string]string // of those that say something
	Subpath    string
}

// scheme begins a package URL.
const scheme = "pkg:"

// Is tells whether a text is meant to be a package URL, or a pattern for some.
func Is(text string) bool {
	return len(text) >= len(scheme) && strings.EqualFold(text[:len(scheme)], scheme)
}

// anyType stands for the type while the rest is read: it has no rules of its own.
const anyType = "generic"

// typePattern is the form of types, and of patterns for some.
var typePattern = regexp.MustCompile(`^[a-z*.+-][a-z0-9*.+-]*$`)

// Parse reads a package URL or a pattern for some. It is lenient about what a type alone asks for, such as the namespace of Swift's
// packages, and about a scope of npm that is not escaped.
func Parse(text string) (URL, error) {
	if !Is(text) {
		return URL{}, fmt.Errorf("it does not begin with %s", scheme)
	}
	typ, rest, _ := strings.Cut(strings.TrimLeft(text[len(scheme):], "/"), "/")
	typ = strings.ToLower(typ)
	if typ == "**" && rest == "" {
		rest = "**" // all packages
	}
	if !typePattern.MatchString(typ) {
		return URL{}, fmt.Errorf("it has no type of packages such as %snpm", scheme)
	}
	rest = strings.ReplaceAll("/"+rest, "/@", "/%40")
	read, err := packageurl.FromString(scheme + anyType + rest)
	if strings.HasPrefix(read.Name, "@") {
		err = errors.New("a scope has no name behind it")
	}
	if err != nil {
		return URL{}, err
	}
	u := URL{Type: typ, Namespace: read.Namespace, Name: read.Name, Version: read.Version, Qualifiers: read.Qualifiers.Map(), Subpath: read.Subpath}
	return u.settled(), nil
}

// Blank says which part of a package URL is begun and left empty, as where a variable had no value: a version or a qualifier that was meant
// to narrow the URL would not. It is nil where none is.
func Blank(text string) error {
	rest, _, _ := strings.Cut(text, "#")
	path, query, _ := strings.Cut(rest, "?")
	if strings.HasSuffix(path, "@") {
		return errors.New("no version stands behind the @")
	}
	for pair := range strings.SplitSeq(query, "&") {
		if key, value, _ := strings.Cut(pair, "="); key != "" && value == "" {
			return fmt.Errorf("the qualifier %s has no value", key)
		}
	}
	return nil
}

// settled has the parts as the type writes them.
func (u URL) settled() URL {
	u.Namespace, u.Name = u.As(u.Type)
	if u.Type != packageurl.TypeRPM {
		return u
	}
	// The epoch of an RPM package is a qualifier, and 0 is none. RPM itself writes it before the version.
	q := maps.Clone(u.Qualifiers)
	if epoch, version, written := strings.Cut(u.Version, ":"); written {
		u.Version, q["epoch"] = version, epoch
	}
	if q["epoch"] == "0" {
		delete(q, "epoch")
	}
	u.Qualifiers = q
	return u
}

// As are the namespace and the name as a type of packages writes them.
func (u URL) As(typ string) (namespace, name string) {
	p := packageurl.PackageURL{Type: typ, Namespace: u.Namespace, Name: u.Name}
	_ = p.Normalize() // adjusts both; what it finds missing is for whoever makes packages
	return p.Namespace, fold(typ, p.Name)
}

// Fold is the name of a package as its type writes it.
func Fold(typ, name string) string {
	_, folded := URL{Name: name}.As(typ)
	return folded
}

// separators are what names of Python's packages may be divided by, one like the other (PEP 503).
var separators = regexp.MustCompile(`[-_.]+`)

// fold writes names that registries take for the same in one way, beyond what the specification says.
func fold(typ, name string) string {
	switch typ {
	case packageurl.TypePyPi:
		return separators.ReplaceAllString(name, "-")
	case packageurl.TypeNuget:
		return strings.ToLower(name)
	}
	return name
}

// Path is the type, the namespace and the name with slashes between them.
func (u URL) Path() string {
	return strings.Join(slices.DeleteFunc([]string{u.Type, u.Namespace, u.Name}, func(s string) bool { return s == "" }), "/")
}

// upstream is the qualifier that names what a package of a distribution is built from.
const upstream = "upstream"

// Upstream is the source package that a distribution's package is built from, and its version where the URL says that; both are empty
// where it names none.
func (u URL) Upstream() (name, version string) {
	of := u.Qualifiers[upstream]
	if u.Type != packageurl.TypeRPM {
		name, version, _ = strings.Cut(of, "@")
		return name, version
	}
	of = strings.TrimSuffix(of, ".src.rpm") // NAME-VERSION-RELEASE.src.rpm
	name = of
	for range 2 {
		name = name[:max(strings.LastIndexByte(name, '-'), 0)]
	}
	if name == "" {
		return "", ""
	}
	return name, of[len(name)+1:]
}

// Source is the name of the source package that a distribution's package is built from; empty where the URL does not say it.
func (u URL) Source() string {
	name, _ := u.Upstream()
	return name
}

// Satisfies tells whether the URL's qualifier meets a demand for it, which says whether a value does. A source package meets it by its
// name, too.
func (u URL) Satisfies(key string, meets func(value string) bool) bool {
	value, ok := u.Qualifiers[key]
	return ok && (meets(value) || key == upstream && meets(u.Source()))
}

// others are types that syft gives packages and that the library does not list.
var others = []string{"dotnet", "homebrew", "luarocks", "portage", "swiplpack", "wordpress-plugin"}

// KnownType says what is wrong with the type of a pattern: nothing where it holds stars, or is one that packages have.
func (u URL) KnownType() error {
	if strings.Contains(u.Type, "*") || slices.Contains(Types(), u.Type) {
		return nil
	}
	return errors.New("no package has the type " + u.Type)
}

// Types lists the types that packages can have, sorted.
func Types() []string {
	all := slices.Concat(slices.Collect(maps.Keys(packageurl.KnownTypes)), slices.Collect(maps.Keys(packageurl.CandidateTypes)), others)
	slices.Sort(all)
	return slices.Compact(all)
}
