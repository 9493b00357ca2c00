package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/match/version"
)

// Advice is what a reviewer can do about one version of one package that blocks the image, wherever the image holds it.
type Advice struct {
	Package  finding.Package
	Findings []finding.Finding // those that block, one for each vulnerability, the worst first
	// Upgrade is the version that repairs all that can be repaired; several where their order is not known, and none where
	// no advisory names one above the installed version.
	Upgrade []string
	Fixable int // how many of the findings an upgrade removes
	Places  int // in how many places the image holds it, the first of which is the first finding's
}

// Worst is the highest severity of the findings.
func (a Advice) Worst() finding.Severity { return a.Findings[0].Severity }

// UpgradeTo names what to install as its package manager takes it: "to lodash@4.17.21", or "zlib1g to 1:1.2.12-1".
func (a Advice) UpgradeTo() string {
	var arguments []string
	for _, v := range a.Upgrade {
		if argument := version.Argument(a.Package, v); argument != "" {
			arguments = append(arguments, argument)
		}
	}
	if len(arguments) > 0 {
		return "to " + strings.Join(arguments, " or ")
	}
	return a.Package.Name + " to " + strings.Join(a.Upgrade, " or ")
}

// Advice lists what blocks by package: the most severe first, of equally severe ones those that can be repaired, and then
// those that bring the most.
func (r *Report) Advice() []Advice {
	blocking := &Report{Findings: r.Blocking()}
	var out []Advice
	for _, g := range blocking.group(func(finding.Finding) bool { return true }) {
		a := Advice{Package: g.findings[0].Package, Findings: g.findings, Upgrade: g.upgrade().versions, Places: len(g.places)}
		slices.SortStableFunc(a.Findings, func(x, y finding.Finding) int { return cmp.Compare(y.Severity, x.Severity) })
		for _, f := range a.Findings {
			if f.Fix.State == finding.FixFixed && !earlierOnly(f) {
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
