package audit

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/package-url/packageurl-go"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/report"
)

// Query asks for the images that have an advisory or a package. The zero value asks for nothing.
type Query struct {
	text string
	purl string // without its qualifiers; empty for an advisory
}

// advisory is how databases name their advisories: letters, and after a hyphen a year, a number or more letters in groups.
var advisory = regexp.MustCompile(`(?i)^(ghsa(-[a-z0-9]{4}){3}|[a-z][a-z0-9]*-[a-z0-9.:_-]*[0-9][a-z0-9.:_-]*)$`)

// ParseQuery reads an advisory's identifier, such as CVE-2021-44228, or a package URL, with a version or without.
func ParseQuery(text string) (Query, error) {
	q := Query{text: strings.TrimSpace(text)}
	if q.text == "" {
		return q, nil
	}
	if strings.HasPrefix(q.text, "pkg:") {
		if _, err := packageurl.FromString(q.text); err != nil {
			return q, fault.Request(fmt.Errorf("%q is no package URL: %w", text, err), "write one such as pkg:npm/lodash@4.17.4")
		}
		q.purl = withoutQualifiers(q.text)
	} else if !advisory.MatchString(q.text) {
		return q, fault.Request(fmt.Errorf("%q is neither an advisory nor a package", text), "write one such as CVE-2021-44228, or a package URL such as pkg:npm/lodash@4.17.4")
	}
	return q, nil
}

// find lists what of the query is in an image, whatever the policy says of it.
func (q Query) find(rep *report.Report) []string {
	var out []string
	switch {
	case q.text == "":
	case q.purl != "":
		for _, p := range rep.Platforms {
			for _, pkg := range p.Packages {
				if purl := withoutQualifiers(pkg.PURL); purl == q.purl || strings.HasPrefix(purl, q.purl+"@") {
					out = append(out, fmt.Sprintf("%s (%s)", purl, pkg.State))
				}
			}
		}
	default:
		for _, f := range rep.Findings {
			if slices.Contains(f.Identifiers(), strings.ToLower(q.text)) && f.Vulnerability != nil {
				out = append(out, fmt.Sprintf("%s in %s %s (%s)", f.ID, f.Vulnerability.Package.Name, f.Vulnerability.Package.Version, f.State))
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// withoutQualifiers is a package URL in its canonical form, without what stands behind its version. What is no package URL is only
// equal to itself.
func withoutQualifiers(purl string) string {
	p, err := packageurl.FromString(purl)
	if err != nil {
		return purl
	}
	p.Qualifiers, p.Subpath = nil, ""
	return p.ToString()
}
