package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/remedy"
)

// adviceIDs is how many identifiers an advice names.
const adviceIDs = 5

// Advice tells a reviewer how to repair blocking findings that have one remedy: those of one version of a package, a
// failed check, a coverage gap. Its texts may contain text of the image, not yet escaped.
type Advice struct {
	ID       string // of the worst finding
	Severity finding.Severity
	Title    string            // one line
	Message  string            // several lines: what it is, what to do, where it is
	Location *finding.Location // the line of the project that brought it; nil where that is not known
	Item     string            // what it is about, for counting: package, failed check, coverage gap
}

// Advice lists what to do about what blocks: the most severe first, of equally severe ones those that can be repaired,
// and then those that bring the most. Gaps come first: nobody knows how severe they are.
func (r *Report) Advice() []Advice {
	groups := r.onlyBlocking().group(anyFinding)
	for _, g := range groups {
		slices.SortStableFunc(g.findings, func(x, y finding.Finding) int { return cmp.Compare(y.Severity, x.Severity) })
	}
	slices.SortStableFunc(groups, func(a, b group) int {
		return cmp.Or(cmp.Compare(b.rank(), a.rank()), compareBool(b.repairable() > 0, a.repairable() > 0))
	})
	out := make([]Advice, 0, len(groups))
	for _, g := range groups {
		f := g.findings[0]
		out = append(out, Advice{
			ID: f.ID, Severity: f.Severity, Title: adviceTitle(g), Message: adviceMessage(g), Location: f.Location, Item: kindOf(f).item,
		})
	}
	return out
}

// onlyBlocking is a report of the findings that block.
func (r *Report) onlyBlocking() *Report { return &Report{Subject: r.Subject, Findings: r.Blocking()} }

// repairable counts the findings of a group that somebody knows how to repair.
func (g *group) repairable() int {
	n := 0
	for _, f := range g.findings {
		if remedy.Removable(f) {
			n++
		}
	}
	return n
}

func adviceTitle(g group) string {
	f := g.findings[0]
	title := f.Title
	if hasSeverity(f) {
		title = f.Severity.String() + ": " + title
	}
	if more := len(g.findings) - 1; more > 0 {
		title += fmt.Sprintf(" and %d more", more)
	}
	return title
}

func adviceMessage(g group) string {
	f := g.findings[0]
	var lines []string
	if f.Summary != "" {
		lines = append(lines, f.Summary)
	}
	lines = append(lines, kindOf(f).advice(&g))
	if len(g.findings) > 1 {
		var names []string
		for _, f := range g.findings[:min(len(g.findings), adviceIDs)] {
			names = append(names, fmt.Sprintf("%s (%s)", f.ID, f.Severity))
		}
		if more := len(g.findings) - len(names); more > 0 {
			names = append(names, fmt.Sprintf("%d more", more))
		}
		lines = append(lines, strings.Join(names, ", "))
	}
	if where := advicePlace(f); where != "" {
		lines = append(lines, where)
	}
	if more := len(g.places) - 1; more > 0 {
		lines = append(lines, fmt.Sprintf("It is in %d more places", more))
	}
	return strings.Join(lines, "\n")
}

// advicePlace says where the first finding of a group is.
func advicePlace(f finding.Finding) string {
	var parts []string
	for _, p := range []string{f.Path, placeOf(f)} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	if f.Layer == nil {
		return strings.Join(parts, ", ")
	}
	layer := fmt.Sprintf("brought by layer %d", f.Layer.Index)
	if f.Layer.CreatedBy != "" {
		layer += ": " + instruction(f.Layer.CreatedBy)
	}
	return strings.Join(append(parts, layer), ", ")
}
