package report

import (
	"cmp"
	"slices"

	cdx "github.com/CycloneDX/cyclonedx-go"

	"github.com/layergate/layergate/pkg/policy"
)

// acceptedVulnerabilities lists the vulnerabilities that an exception of the policy waives, with its reason, and the
// components that have them. Nobody says that they cannot be exploited, and so their analysis has no state.
func acceptedVulnerabilities(r *Report) []cdx.Vulnerability {
	waived := r.waived()
	if len(waived) == 0 {
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
	for i, f := range r.Findings {
		d, ok := waived[i]
		if !ok || f.Vulnerability == nil {
			continue
		}
		id, reason := printable(f.ID), printable(d.Reason)
		n, ok := index[id+"\x00"+reason]
		if !ok {
			n = len(out)
			index[id+"\x00"+reason] = n
			out = append(out, cdx.Vulnerability{
				BOMRef: "accepted-" + digestOf(id, reason), ID: id, Affects: &[]cdx.Affects{},
				Properties: properties("layergate:baseline", string(f.Baseline)),
				Analysis:   &cdx.VulnerabilityAnalysis{Response: &[]cdx.ImpactAnalysisResponse{r.response(d)}, Detail: reason},
			})
		}
		p := f.Vulnerability.Package
		for _, ref := range refs[componentKey{f.Platform, layerOf(f), f.Path, p.Type, p.Name, p.Version}] {
			if !slices.Contains(*out[n].Affects, cdx.Affects{Ref: ref}) {
				*out[n].Affects = append(*out[n].Affects, cdx.Affects{Ref: ref})
			}
		}
	}
	for _, v := range out {
		slices.SortFunc(*v.Affects, func(a, b cdx.Affects) int { return cmp.Compare(a.Ref, b.Ref) })
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

// response is what the owner of an exception means to do about what it accepts.
func (r *Report) response(d policy.Decision) cdx.ImpactAnalysisResponse {
	if e := d.Exception; e != nil && r.Policy.Exceptions[*e].Until == policy.UntilFixed {
		return cdx.IARCanNotFix // as long as nobody repairs it
	}
	return cdx.IARWillNotFix
}
