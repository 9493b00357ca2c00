package match

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	grypematch "github.com/anchore/grype/grype/match"
	"github.com/anchore/grype/grype/vulnerability"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/inventory"
)

// newFinding says in Layergate's words what grype matched.
func newFinding(m grypematch.Match, p inventory.Package, target Target, db vulnerability.Provider) (finding.Finding, error) {
	v := m.Vulnerability
	meta := v.Metadata
	if meta == nil {
		var err error
		if meta, err = db.VulnerabilityMetadata(v.Reference); err != nil {
			return finding.Finding{}, fmt.Errorf("reading the advisory %s: %w", v.ID, err)
		}
		if meta == nil {
			meta = &vulnerability.Metadata{}
		}
	}
	score, vector := worstCVSS(meta.Cvss)
	out := finding.Finding{
		Kind:       finding.KindVulnerability,
		ID:         v.ID,
		Aliases:    aliases(v),
		Severity:   severity(meta.Severity),
		CVSS:       score,
		CVSSVector: vector,
		Summary:    summary(meta.Description),
		URLs:       urls(v, meta),
		Source:     v.Namespace,
		Fix:        fix(v.Fix),
		Package:    p.Package,
		Platform:   target.Platform,
		Layer:      target.Layers[p.Layer],
		State:      p.State,
	}
	if target.Locate != nil {
		out.Location, out.Related = target.Locate(p.Layer, p.Package)
	}
	return out, nil
}

func severity(name string) finding.Severity {
	s, err := finding.ParseSeverity(strings.ToLower(name))
	if err != nil {
		return finding.SeverityUnknown
	}
	return s
}

func aliases(v vulnerability.Vulnerability) []string {
	out := []string{}
	for _, r := range v.RelatedVulnerabilities {
		if r.ID != "" && r.ID != v.ID {
			out = append(out, r.ID)
		}
	}
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
	out := finding.Fix{State: finding.FixUnknown, Versions: []string{}}
	switch s := finding.FixState(f.State); s {
	case finding.FixFixed, finding.FixNone, finding.FixWontFix:
		out.State = s
	}
	if out.State == finding.FixFixed {
		out.Versions = append(out.Versions, f.Versions...)
	}
	return out
}
