package match

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	grypematch "github.com/anchore/grype/grype/match"
	"github.com/anchore/grype/grype/vulnerability"

	"github.com/layergate/layergate/pkg/anchore"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/inventory"
)

// newFinding says in Layergate's words what grype matched, but for the package and its place.
func newFinding(m grypematch.Match) (finding.Finding, error) {
	v := m.Vulnerability
	meta := v.Metadata
	if meta == nil { // nobody would know how severe it is
		return finding.Finding{}, fmt.Errorf("reading the advisory %s: the database has no description of it", v.ID)
	}
	out := finding.Finding{
		Kind:     finding.KindVulnerability,
		ID:       v.ID,
		Severity: severity(meta.Severity),
		Summary:  summary(meta.Description),
		URLs:     urls(v, meta),
		Vulnerability: &finding.Vulnerability{
			Aliases:   aliases(v),
			Source:    v.Namespace,
			Fix:       fix(v.Fix),
			Published: day(anchore.Published(v)),
		},
	}
	out.Vulnerability.CVSS, out.Vulnerability.CVSSVector = worstCVSS(meta.Cvss)
	return out, nil
}

// place says of which package a vulnerability is, and where that is. number is the package's finding.Vulnerability.Copy.
func (t Target) place(f *finding.Finding, p inventory.Package, number int) {
	layer := t.Layers[p.Layer]
	f.Title = strings.TrimSpace(fmt.Sprintf("%s in %s %s", f.ID, p.Name, p.Version))
	f.Platform, f.Layer, f.Path, f.State = t.Platform, &layer, p.Path, p.State
	f.Vulnerability.Package, f.Vulnerability.Copy = p.Package, number
	if t.Locate != nil {
		f.Location, f.Related = t.Locate(p.Layer, p.Package, p.Path)
	}
}

func severity(name string) finding.Severity {
	s, err := finding.ParseSeverity(strings.ToLower(name))
	if err != nil {
		return finding.SeverityUnknown
	}
	return s
}

// aliases lists the other identifiers of an advisory, sorted: those of its record, and those that grype relates to the package.
func aliases(v vulnerability.Vulnerability) []string {
	out := append([]string{}, anchore.Aliases(v)...)
	for _, r := range v.RelatedVulnerabilities {
		out = append(out, r.ID)
	}
	out = slices.DeleteFunc(out, func(id string) bool { return id == "" || id == v.ID })
	slices.Sort(out)
	return slices.Compact(out)
}

func worstCVSS(scores []vulnerability.Cvss) (float64, string) {
	var worst vulnerability.Cvss
	for _, c := range scores {
		if cmp.Or(cmp.Compare(c.Metrics.BaseScore, worst.Metrics.BaseScore), strings.Compare(c.Vector, worst.Vector)) > 0 {
			worst = c
		}
	}
	return worst.Metrics.BaseScore, worst.Vector
}

// summary is the first paragraph of an advisory's description.
func summary(description string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(description), "\n\n")
	return strings.Join(strings.Fields(first), " ")
}

func urls(v vulnerability.Vulnerability, meta *vulnerability.Metadata) []string {
	var more []string
	for _, a := range v.Advisories {
		more = append(more, a.Link)
	}
	more = append(more, meta.URLs...)
	slices.Sort(more)
	out := []string{}
	for _, u := range append([]string{meta.DataSource}, more...) {
		if u != "" && !slices.Contains(out, u) {
			out = append(out, u)
		}
	}
	return out
}

func fix(f vulnerability.Fix) finding.Fix {
	out := finding.Fix{State: finding.FixUnknown, Versions: []finding.FixVersion{}}
	switch s := finding.FixState(f.State); s {
	case finding.FixFixed, finding.FixNone, finding.FixWontFix:
		out.State = s
	}
	if out.State != finding.FixFixed {
		return out
	}
	dates := map[string]string{}
	for _, a := range f.Available {
		if d := day(a.Date); d != "" && (dates[a.Version] == "" || d < dates[a.Version]) {
			dates[a.Version] = d
		}
	}
	for _, v := range f.Versions {
		out.Versions = append(out.Versions, finding.FixVersion{Version: v, Date: dates[v]})
	}
	return out
}

// day writes a time as reports write dates; the zero time is not known.
func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}
