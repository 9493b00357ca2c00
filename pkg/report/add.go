package report

import (
	"slices"

	"github.com/layergate/layergate/pkg/finding"
)

// Add adds a platform with its findings, and counts for each layer the packages that it introduced and the
// vulnerabilities in them. Layers and packages refer to each other by index. Findings of several platforms come out
// one platform after the other: finding.Sort puts them into order.
func (r *Report) Add(p Platform, findings []finding.Finding) {
	for _, pkg := range p.Packages {
		p.Layers[pkg.Layer].Packages++
	}
	p.count(findings)
	r.Platforms = append(r.Platforms, p)
	r.Findings = append(r.Findings, findings...)
}

// CountLayers counts the vulnerabilities of each layer again, after findings of platforms were added or changed.
func (r *Report) CountLayers() {
	for i := range r.Platforms {
		p := &r.Platforms[i]
		p.count(slices.DeleteFunc(slices.Clone(r.Findings), func(f finding.Finding) bool { return f.Platform != p.Platform }))
	}
}

// count counts the vulnerabilities of each layer.
func (p *Platform) count(findings []finding.Finding) {
	for i := range p.Layers {
		p.Layers[i].Counts, p.Layers[i].Shadowed = finding.Counts{}, finding.Counts{}
	}
	for _, f := range findings {
		if f.Vulnerability == nil || f.Layer == nil {
			continue
		}
		l := &p.Layers[f.Layer.Index]
		if f.State == finding.Shadowed {
			l.Shadowed.Add(f.Severity)
		} else {
			l.Counts.Add(f.Severity)
		}
	}
}
