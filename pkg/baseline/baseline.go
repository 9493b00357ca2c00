// Package baseline tells what a change brings from what was there before it: it compares the report of an image with that of
// an earlier one, the baseline.
//
// What an advisory says of a package depends on nothing but the package and the database. So a vulnerability of today's
// database was in the baseline, too, if the same package was, whether anybody knew it or not: that is the answer which
// matching the baseline's packages with today's database gives, and needs nothing of the baseline but its list of packages.
package baseline

import (
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/report"
)

// Compare sets the baseline's state of every finding of now, by what before holds on the same platform, or in its manifests. What
// is on a platform that before does not have is new, and so is what is in manifests where before is about none.
func Compare(now, before *report.Report) {
	platforms := map[string]*platform{}
	for i := range before.Platforms {
		p := newPlatform(&before.Platforms[i])
		platforms[before.Platforms[i].Platform] = p
	}
	if before.Manifests != nil {
		platforms[""] = newPlatform(&report.Platform{}) // their findings are of none
	}
	for _, f := range before.Findings {
		if p := platforms[f.Platform]; p != nil {
			p.add(f)
		}
	}
	distributions := newDistributions(now)
	for i := range now.Findings {
		f := &now.Findings[i]
		f.Baseline = finding.BaselineNew
		if p := platforms[f.Platform]; p != nil {
			f.Baseline = p.state(*f, distributions)
		}
	}
}

// software is a package as far as what advisories say of it depends on it. The package URL of an operating system's package
// names the distribution, its source package and its epoch.
type software struct {
	finding.Package
	distribution string // of the system that it is installed in, where that is not the image's own
}

// platform is what the baseline holds on a platform.
type platform struct {
	visible  map[software]bool
	shadowed map[software]bool
	known    map[finding.Package]map[string]bool // names of advisories in lower case
	others   map[string]finding.Finding          // coverage gaps and failed checks by fingerprint
}

func newPlatform(of *report.Platform) *platform {
	p := &platform{
		visible: map[software]bool{}, shadowed: map[software]bool{},
		known: map[finding.Package]map[string]bool{}, others: map[string]finding.Finding{},
	}
	for _, k := range of.Packages {
		s := software{k.Package, k.Distribution}
		if k.State == finding.Visible {
			p.visible[s] = true
		} else {
			p.shadowed[s] = true
		}
	}
	return p
}

// add notes what was known of the baseline.
func (p *platform) add(f finding.Finding) {
	v := f.Vulnerability
	if v == nil {
		p.others[f.Fingerprint()] = f
		return
	}
	if p.known[v.Package] == nil {
		p.known[v.Package] = map[string]bool{}
	}
	for _, id := range f.Identifiers() {
		p.known[v.Package][id] = true
	}
}

// state is what a finding of the same platform is compared with the baseline.
func (p *platform) state(f finding.Finding, distributions distributions) finding.BaselineState {
	if f.Vulnerability == nil {
		return p.other(f)
	}
	s := software{f.Vulnerability.Package, distributions.of(f)}
	if !p.visible[s] && (f.State == finding.Visible || !p.shadowed[s]) {
		return finding.BaselineNew
	}
	for _, id := range f.Identifiers() {
		if p.known[s.Package][id] {
			return finding.BaselineUnchanged
		}
	}
	return finding.BaselineNewlyKnown
}

// other is the state of what is no vulnerability. A gap that has become larger is new.
func (p *platform) other(f finding.Finding) finding.BaselineState {
	was, ok := p.others[f.Fingerprint()]
	switch {
	case !ok, f.State == finding.Visible && was.State == finding.Shadowed:
		return finding.BaselineNew
	case f.Coverage != nil && was.Coverage != nil && f.Coverage.Count > was.Coverage.Count:
		return finding.BaselineNew
	}
	return finding.BaselineUnchanged
}

// place is where a finding's package stands in a report.
type place struct {
	platform, path string
	layer          int
	finding.Package
}

// distributions are those of packages whose system is not the image's own.
type distributions map[place]string

func newDistributions(r *report.Report) distributions {
	d := distributions{}
	for _, p := range r.Platforms {
		for _, k := range p.Packages {
			if k.Distribution != "" {
				d[place{p.Platform, k.Path, k.Layer, k.Package}] = k.Distribution
			}
		}
	}
	return d
}

func (d distributions) of(f finding.Finding) string {
	if f.Layer == nil {
		return ""
	}
	return d[place{f.Platform, f.Path, f.Layer.Index, f.Vulnerability.Package}]
}

// Warnings names the platforms, and the manifests, that the baseline does not have.
func Warnings(now, before *report.Report) []string {
	has := map[string]bool{}
	for _, p := range before.Platforms {
		has[p.Platform] = true
	}
	var out []string
	for _, p := range now.Platforms {
		if !has[p.Platform] {
			out = append(out, p.Platform+": the baseline has no such platform, and so all that was found counts as new")
		}
	}
	if now.Manifests != nil && before.Manifests == nil {
		out = append(out, "the baseline is about no manifests, and so all that was found in them counts as new")
	}
	return out
}
