package inventory

import (
	"slices"
	"strings"

	grypepkg "github.com/anchore/grype/grype/pkg"
	"github.com/anchore/syft/syft/linux"
	"github.com/anchore/syft/syft/pkg"

	"github.com/layergate/layergate/pkg/regex"
)

// This file tells whether a distribution made a system's package. Only then do its advisories know what is in it: a vendor's
// package, one of another repository and one's own are in the same database, and are named in no advisory of the distribution.

var (
	// Of Debian's packages with a program that is recognised by its bytes, one has a maintainer who writes from another address: elixir.
	ofDebian = regex.New(`[@.](?:debian\.(?:org|net)|ubuntu\.com|canonical\.com)(?:[>,]|$)|<eugulixes@gmail\.com>`)
	ofSUSE   = regex.New(`^(?:SUSE|openSUSE)\b`)
	ofAzure  = regex.New(`^Microsoft\b`)
)

// makers are the maintainers, vendors and packagers of distributions that do not call themselves by their ID (os-release(5)).
var makers = map[string]*regex.Regex{
	"amzn":                regex.New(`^Amazon\b`),
	"arch":                regex.New(`[@.]archlinux\.org(?:[>,]|$)`),
	"azurelinux":          ofAzure,
	"mariner":             ofAzure,
	"ol":                  regex.New(`^Oracle\b`),
	"opensuse-leap":       ofSUSE,
	"opensuse-tumbleweed": ofSUSE,
	"photon":              regex.New(`^(?:VMware|Broadcom)\b`),
	"rhel":                regex.New(`^Red Hat\b`),
	"sles":                ofSUSE,
}

// repackaged is what other repositories add to the versions of Debian's packages that they build, without another maintainer:
// apt.postgresql.org and deb.sury.org.
var repackaged = regex.New(`pgdg|sury|gbp[0-9a-f]{6}`)

// isOf tells whether a system's package says that the distribution made it on which it is installed.
func isOf(r *linux.Release, typ pkg.Type, version, maintainer string) bool {
	switch {
	case r == nil:
		return false
	case typ == pkg.DebPkg: // also where Debian's packages are those of another distribution
		return ofDebian.MatchString(maintainer) && !repackaged.MatchString(version)
	case makers[r.ID] != nil:
		return makers[r.ID].MatchString(maintainer)
	}
	words := strings.FieldsFunc(maintainer, func(c rune) bool { return c == ' ' || c == '.' || c == ',' || c == '/' })
	return slices.ContainsFunc(words, func(word string) bool { return strings.EqualFold(word, r.ID) })
}

// isOfDistribution tells whether a distribution made a system's package. Packages of apk, Portage and Nix do not say who made them. Of apk's it is
// known that Alpine builds them from its repository of ports.
func (f *found) isOfDistribution(r *linux.Release) bool {
	switch f.Type {
	case pkg.NixPkg, pkg.PortagePkg:
		return true
	case pkg.ApkPkg:
		return r == nil || r.ID != "alpine" || f.Commit != ""
	}
	return isOf(r, f.Type, f.Version, f.Maintainer)
}

// bringsOf tells whether a program in a system's package is one that its distribution brings. Whoever makes a program may package it for apk, too.
func (f *found) bringsOf(r *linux.Release, program *found) bool {
	return f.isOfDistribution(r) && isPlaceOf(f.Type, f.Root, program.path()) && (f.Type != pkg.ApkPkg || !f.isOfVendor(program))
}

// isOfVendor tells whether the address of a package's maintainer is at a domain of the vendor of a program.
func (f *found) isOfVendor(program *found) bool {
	_, domain, _ := strings.Cut(strings.TrimSuffix(f.Maintainer, ">"), "@")
	labels := strings.Split(strings.ToLower(domain), ".")
	for _, c := range program.CPEs {
		if slices.Contains(labels[:len(labels)-1], c.Attributes.Vendor) {
			return true
		}
	}
	return false
}

// isPlaceOf tells whether distributions bring files at a path of a system (FHS 3.0, 3; Debian Policy Manual, 9.1). What lies elsewhere is another's,
// whoever the package says made it.
func isPlaceOf(typ pkg.Type, root, name string) bool {
	if typ == pkg.NixPkg || typ == pkg.PortagePkg {
		return true
	}
	first, rest, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(name, strings.TrimSuffix(root, "/")), "/"), "/")
	switch first {
	case "bin", "boot", "etc", "run", "sbin", "var":
		return true
	case "opt": // where RHEL, Amazon Linux and Arch have some of theirs
		return typ != pkg.DebPkg && typ != pkg.ApkPkg
	case "usr":
		return !strings.HasPrefix(rest, "local/")
	}
	return strings.HasPrefix(first, "lib")
}

// nameOfLibrary are the names that Debian gives packages of libraries, by language.
var nameOfLibrary = regex.New(`^(?:(?:python3?|node|ruby|php|libjs)-(.+)|lib(.+)-java)$`)

// Brings tells whether a system's package brings a library of the distribution on which it is installed. Some of Debian's maintainers
// write from an address of their own: of them is what has a revision of Debian's, and its name for the library. Of programs that are
// recognised by their bytes ofDebian knows the one that has such a maintainer.
func (p *Package) Brings(library Package) bool {
	typ := pkg.Type(p.Type)
	return isPlaceOf(typ, p.Root, library.Path) &&
		(isOf(p.Release, typ, p.Version, p.Details.Maintainer) || isNamedByDebian(typ, p.Name, p.Version, p.Details.Upstreams, library.Name))
}

// isNamedByDebian tells whether a package has a revision as Debian's, and it or its source the name that Debian gives that of a library.
func isNamedByDebian(typ pkg.Type, name, version string, sources []grypepkg.UpstreamPackage, library string) bool {
	if typ != pkg.DebPkg || !strings.Contains(version, "-") || repackaged.MatchString(version) {
		return false
	}
	names := []string{name}
	for _, u := range sources {
		names = append(names, u.Name)
	}
	return slices.ContainsFunc(names, func(name string) bool {
		m := nameOfLibrary.FindStringSubmatch(name)
		if m == nil {
			return false
		}
		of := m[1] + m[2]
		return isAlike(of, library) || isAlike(strings.TrimRight(of, "0123456789."), library) // liblog4j2-java
	})
}

// isAlike tells whether one of two names holds the other, in whatever way they are written.
func isAlike(a, b string) bool {
	a, b = squeezed(a), squeezed(b)
	return a == b || min(len(a), len(b)) > 2 && (strings.Contains(a, b) || strings.Contains(b, a))
}

// squeezed is a name in small letters and without anything between them.
func squeezed(name string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("-_.@/ ", r) {
			return -1
		}
		return r
	}, strings.ToLower(name))
}
