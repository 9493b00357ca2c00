package report

import (
	"cmp"
	"slices"

	"github.com/layergate/layergate/pkg/finding"
)

// Advice is what a reviewer can do about one version of one package that blocks the image, wherever the image holds it.
type Advice struct {
	Package  finding.Package
	Findings []finding.Finding // those that block, one for each vulnerability, the worst first
	// Upgrade is the version that repairs all that can be repaired; several where their order is not known, and none where
	// no advisory names one.
	Upgrade []string
	Fixable int // how many of the findings have a fix
	Places  int // in how many places the image holds it, the first of which is the first finding's
}

// Worst is the highest severity of the findings.
func (a Advice) Worst() finding.Severity { return a.Findings[0].Severity }

// Advice lists what blocks by package: the most severe first, of equally severe ones those that can be repaired, and then
// those that bring the most.
func (r *Report) Advice() []Advice {
	blocking := &Report{Findings: r.Blocking()}
	var out []Advice
	for _, g := range blocking.group(func(finding.Finding) bool { return true }) {
		a := Advice{Package: g.findings[0].Package, Findings: g.findings, Upgrade: g.upgrade().versions, Places: len(g.places)}
		slices.SortStableFunc(a.Findings, func(x, y finding.Finding) int { return cmp.Compare(y.Severity, x.Severity) })
		for _, f := range a.Findings {
			if f.Fix.State == finding.FixFixed {
				a.Fixable++
			}
		}
		out = append(out, a)
	}
	slices.SortStableFunc(out, func(a, b Advice) int {
		return cmp.Or(cmp.Compare(b.Worst(), a.Worst()), compareBool(b.Fixable > 0, a.Fixable > 0))
	})
	return out
}
