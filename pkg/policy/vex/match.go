package vex

import (
	"slices"
	"strings"

	openvex "github.com/openvex/go-vex/pkg/vex"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

// Match lists the statements of documents that are about each finding of an image, by its index and in the order of the
// documents.
//
// A statement is about a vulnerability by any of its names. It covers a package where its product is the image and it names the
// package as a subcomponent, where its product is the image and it names no subcomponents at all, which covers every package
// of the image, or where its product is the package itself. A package URL without a version is for every version.
func Match(documents []Document, image Image, findings []finding.Finding) map[int][]policy.Statement {
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
					if f := findings[i]; !seen[i] && d.isAbout(image, f.Platform) && s.covers(image, f) {
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
func (s statement) covers(image Image, f finding.Finding) bool {
	return slices.ContainsFunc(s.products, func(p product) bool {
		if image.is(p.component, f.Platform) {
			return !p.partial || slices.ContainsFunc(p.subcomponents, func(c component) bool { return c.isPackage(f.Vulnerability.Package) })
		}
		return !p.partial && p.isPackage(f.Vulnerability.Package)
	})
}

// isPackage tells whether the component is a package, by package URL.
func (c component) isPackage(p finding.Package) bool {
	return p.PURL != "" && slices.ContainsFunc(c.purls, func(purl string) bool { return openvex.PurlMatches(purl, p.PURL) })
}
