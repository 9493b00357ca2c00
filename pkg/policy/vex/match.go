package vex

import (
	"cmp"
	"slices"
	"strings"

	openvex "github.com/openvex/go-vex/pkg/vex"
	"github.com/package-url/packageurl-go"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/purl"
)

// Match lists the statements of documents that are about each finding of an image, by its index and in the order of the
// documents.
//
// A statement is about a vulnerability by any of its names. It covers a package where its product is the image and it names the
// package as a subcomponent, where its product is the image and it names no subcomponents at all, which covers every package
// of the image, or where its product is the package itself. A package URL without a version is for every version, or for those that CSAF's
// branches name above it.
func Match(documents []Document, image Image, findings []finding.Finding, inRange InRange) map[int][]policy.Statement {
	byID := map[string][]int{}
	for i, f := range findings {
		if f.Vulnerability == nil {
			continue
		}
		for _, id := range append([]string{f.ID}, f.Vulnerability.Aliases...) {
			id = strings.ToLower(id)
			byID[id] = append(byID[id], i)
		}
	}
	out := map[int][]policy.Statement{}
	for _, d := range documents {
		for _, s := range d.statements {
			said := s.Statement
			said.Document, said.Origin, said.SignedBy = d.Name, d.Origin, slices.Clone(d.signedBy)
			seen := map[int]bool{} // by another of its names
			for _, id := range s.ids {
				for _, i := range byID[id] {
					if f := findings[i]; !seen[i] && d.isAbout(image, f.Platform) && s.covers(image, f, inRange) {
						seen[i] = true
						out[i] = append(out[i], said)
					}
				}
			}
		}
	}
	return out
}

// isAbout tells whether the envelope of the document is about the image, or there is none.
func (d Document) isAbout(image Image, platform string) bool {
	return len(d.subjects) == 0 || slices.ContainsFunc(image.digests(platform), func(digest string) bool {
		return slices.Contains(d.subjects, digest)
	})
}

// covers tells whether the statement is about the package of a finding.
func (s statement) covers(image Image, f finding.Finding, inRange InRange) bool {
	is := func(c component) bool { return c.runsOn(f.Platform) && c.isPackage(f.Vulnerability.Package, inRange) }
	return slices.ContainsFunc(s.products, func(p product) bool {
		if image.is(p.component, f.Platform) {
			return !p.partial || slices.ContainsFunc(p.subcomponents, is)
		}
		return !p.partial && is(p.component)
	})
}

// isPackage tells whether the component is a package, by package URL, or the source that a package of a system was built of. A file of the
// package, which a digest names, is not the package, unless the version says which one is meant; neither is a part of it, which a subpath names.
func (c component) isPackage(p finding.Package, inRange InRange) bool {
	return slices.ContainsFunc(c.purls, func(text string) bool {
		url, _ := packageurl.FromString(text) // what is none matches none
		if url.Subpath != "" || url.Version == "" && len(c.digests) > 0 {
			return false
		}
		of := p
		if arch := url.Qualifiers.Map()["arch"]; arch == "source" || arch == "src" {
			of = sourceOf(p, arch)
		}
		return openvex.PurlMatches(text, of.PURL) && c.isOf(of, inRange)
	})
}

// sourceOf is the source package of a package of a system, as its package URL names it. Where that does not, it is called as the package is.
func sourceOf(p finding.Package, arch string) finding.Package {
	url, _ := packageurl.FromString(p.PURL)
	of, _ := purl.Parse(p.PURL)
	name, version := of.Upstream()
	url.Name, url.Version = cmp.Or(name, url.Name), cmp.Or(version, url.Version)
	qualifiers := url.Qualifiers.Map()
	qualifiers["arch"] = arch
	url.Qualifiers = packageurl.QualifiersFromMap(qualifiers)
	p.Name, p.Version, p.PURL = url.Name, url.Version, url.ToString()
	return p
}
