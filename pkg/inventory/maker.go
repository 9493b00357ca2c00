package inventory

import (
	"slices"
	"strings"

	"github.com/anchore/syft/syft/linux"
	"github.com/anchore/syft/syft/pkg"

	"github.com/layergate/layergate/pkg/regex"
)

// This file tells whether a distribution made a system's package. Only then do its advisories know what is in it: a vendor's
// package, one of another repository and one's own are in the same database, and are named in no advisory of the distribution.

var (
	ofDebian = regex.New(`[@.](?:debian\.(?:org|net)|ubuntu\.com|canonical\.com)(?:[>,]|$)`)
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

// bringsOf tells whether a program in a system's package is one that its distribution brings. Packages of apk, Portage and Nix
// do not say who made them. Of apk's it is known that Alpine builds them from its repository of ports, and that whoever makes a program may package it,
// too.
func (f *found) bringsOf(r *linux.Release, program *found) bool {
	switch f.Type {
	case pkg.NixPkg, pkg.PortagePkg:
		return true
	case pkg.ApkPkg:
		return (r == nil || r.ID != "alpine" || f.Commit != "") && !f.isOfVendor(program)
	}
	return isOf(r, f.Type, f.Version, f.Maintainer)
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

// nameOfLibrary are the names that Debian gives packages of libraries, by language.
var nameOfLibrary = regex.New(`^(?:(?:python3?|node|ruby|php|libjs)-(.+)|lib(.+)-java)$`)

// BringsLibrary tells whether a system's package brings a library of the distribution on which it is installed. Some of Debian's maintainers
// write from an address of their own: of them is what has a revision of Debian's, and its name for the library. Programs that are recognised by
// their bytes have none of these maintainers.
func (p *Package) BringsLibrary(library string) bool {
	if isOf(p.Release, pkg.Type(p.Type), p.Version, p.Details.Maintainer) {
		return true
	}
	if pkg.Type(p.Type) != pkg.DebPkg || !strings.Contains(p.Version, "-") || repackaged.MatchString(p.Version) {
		return false
	}
	names := []string{p.Name}
	for _, u := range p.Details.Upstreams {
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
