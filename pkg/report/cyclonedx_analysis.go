package report

import (
	"cmp"
	"slices"

	cdx "github.com/CycloneDX/cyclonedx-go"

	"github.com/layergate/layergate/pkg/policy"
)

// analysedVulnerabilities lists the vulnerabilities of which somebody has said what they mean here, in an exception or a VEX
// statement, and the components that have them.
func analysedVulnerabilities(r *Report) []cdx.Vulnerability {
	if !slices.ContainsFunc(r.Verdict.Decisions, func(d policy.Decision) bool { return r.analysis(d) != nil }) {
		return nil
	}
	refs := map[componentKey][]string{}
	for i := range r.Platforms {
		p := &r.Platforms[i]
		for _, k := range p.Packages {
			c := packageComponent(p, "", k)
			key := componentKey{p.Platform, k.Layer, k.Path, k.Type, k.Name, k.Version}
			refs[key] = append(refs[key], c.BOMRef)
		}
	}
	var out []cdx.Vulnerability
	index := map[string]int{}
	for _, d := range r.Verdict.Decisions {
		f, analysis := r.Findings[d.Finding], r.analysis(d)
		if analysis == nil || f.Vulnerability == nil {
			continue
		}
		id := printable(f.ID)
		key := digestOf(id, analysis.Detail)
		n, ok := index[key]
		if !ok {
			n = len(out)
			index[key] = n
			out = append(out, cdx.Vulnerability{
				BOMRef: "analysis-" + key, ID: id, Affects: &[]cdx.Affects{}, Properties: properties("layergate:baseline", string(f.Baseline)), Analysis: analysis,
			})
		}
		p := f.Vulnerability.Package
		for _, ref := range refs[componentKey{f.Platform, layerOf(f), f.Path, p.Type, p.Name, p.Version}] {
			if !slices.Contains(*out[n].Affects, cdx.Affects{Ref: ref}) {
				*out[n].Affects = append(*out[n].Affects, cdx.Affects{Ref: ref})
			}
		}
	}
	for i, v := range out {
		slices.SortFunc(*v.Affects, func(a, b cdx.Affects) int { return cmp.Compare(a.Ref, b.Ref) })
		out[i].Affects = nonEmpty(*v.Affects)
	}
	slices.SortFunc(out, func(a, b cdx.Vulnerability) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.BOMRef, b.BOMRef))
	})
	return out
}

// componentKey finds the component of a finding's package.
type componentKey struct {
	platform            string
	layer               int
	path                string
	kind, name, version string
}

// analysis is what the exception that waives a finding says of it, or else the newest VEX statement; nil where neither does.
func (r *Report) analysis(d policy.Decision) *cdx.VulnerabilityAnalysis {
	switch {
	case d.Exception != nil:
		e := r.Policy.Exceptions[*d.Exception]
		if e.Status != "" {
			return &cdx.VulnerabilityAnalysis{State: analysisState(e.Status), Justification: analysisJustification(e.Justification), Detail: printable(d.Reason)}
		}
		// Nobody says that it cannot be exploited, and so it has no state.
		return &cdx.VulnerabilityAnalysis{Response: &[]cdx.ImpactAnalysisResponse{r.response(d)}, Detail: printable(d.Reason)}
	case d.Statement != nil:
		s := *d.Statement
		return &cdx.VulnerabilityAnalysis{State: analysisState(s.Status), Justification: analysisJustification(s.Justification), Detail: printable(s.String())}
	}
	return nil
}

// analysisState is CycloneDX's word for a status of VEX (CycloneDX 1.6, impactAnalysisState).
func analysisState(s policy.Status) cdx.ImpactAnalysisState {
	switch s {
	case policy.StatusNotAffected:
		return cdx.IASNotAffected
	case policy.StatusFixed:
		return cdx.IASResolved
	case policy.StatusAffected:
		return cdx.IASExploitable
	case policy.StatusUnderInvestigation:
		return cdx.IASInTriage
	}
	return ""
}

// analysisJustification is CycloneDX's word for a justification of VEX (CycloneDX 1.6, impactAnalysisJustification); its words
// are others, and the nearest is taken.
func analysisJustification(s string) cdx.ImpactAnalysisJustification {
	switch s {
	case "component_not_present", "vulnerable_code_not_present":
		return cdx.IAJCodeNotPresent
	case "vulnerable_code_not_in_execute_path":
		return cdx.IAJCodeNotReachable
	case "vulnerable_code_cannot_be_controlled_by_adversary":
		return cdx.IAJRequiresEnvironment
	case "inline_mitigations_already_exist":
		return cdx.IAJProtectedByMitigatingControl
	}
	return ""
}

// response is what the owner of an exception means to do about what it accepts.
func (r *Report) response(d policy.Decision) cdx.ImpactAnalysisResponse {
	if e := d.Exception; e != nil && r.Policy.Exceptions[*e].Until == policy.UntilFixed {
		return cdx.IARCanNotFix // as long as nobody repairs it
	}
	return cdx.IARWillNotFix
}
