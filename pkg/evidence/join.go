package evidence

import (
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
)

// Platform is a platform of the image that a result is about, as far as findings are placed in it.
type Platform struct {
	Name     string   // os/arch[/variant]
	Digests  []string // of its manifest and its configuration
	Packages []Place  // what it holds and runs
}

// Place is a package of a platform, and where it comes from.
type Place struct {
	finding.Package
	Path     string
	Layer    *finding.Layer
	Location *finding.Location
}

// Join adds to findings what a result found, and returns them all. A vulnerability that is known of the same package already stays
// one finding, which names the tool as well and has the higher severity of the two. What the scan of an image found holds for the
// platforms whose digests the result names; where it names none of a platform, for all of them.
func (d *Document) Join(findings []finding.Finding, platforms []Platform) []finding.Finding {
	about := d.platforms(platforms)
	known := map[string][]int{}
	for i, f := range findings {
		if f.Vulnerability != nil && f.State == finding.Visible {
			key := f.Platform + "\x00" + packageKey(f.Vulnerability.Package)
			known[key] = append(known[key], i)
		}
	}
	packages := make([]map[string][]Place, len(about))
	for i, p := range about {
		packages[i] = p.byKey()
	}
	for _, theirs := range d.Findings {
		if theirs.Vulnerability == nil {
			findings = append(findings, theirs)
			continue
		}
		for i, p := range about {
			key := p.Name + "\x00" + packageKey(theirs.Vulnerability.Package)
			if confirm(findings, known[key], theirs) {
				continue
			}
			known[key] = append(known[key], len(findings))
			findings = append(findings, p.place(theirs, packages[i]))
		}
	}
	return findings
}

// platforms are those that the result is about.
func (d *Document) platforms(all []Platform) []Platform {
	var named []Platform
	for _, p := range all {
		if slices.ContainsFunc(d.Subjects, func(s string) bool { return slices.Contains(p.Digests, s) }) {
			named = append(named, p)
		}
	}
	if len(named) == 0 {
		return all
	}
	return named
}

// confirm adds a tool to the findings that it says as well. It returns false where there are none.
func confirm(findings []finding.Finding, of []int, theirs finding.Finding) bool {
	ids, same := theirs.Identifiers(), false
	for _, i := range of {
		f := &findings[i]
		if !slices.ContainsFunc(f.Identifiers(), func(id string) bool { return slices.Contains(ids, id) }) {
			continue
		}
		same = true
		v := *f.Vulnerability
		v.ReportedBy = slices.Compact(slices.Sorted(slices.Values(slices.Concat(v.ReportedBy, theirs.Vulnerability.ReportedBy))))
		f.Vulnerability = &v
		f.Severity = max(f.Severity, theirs.Severity)
	}
	return same
}

// packageKey is the same for names and versions of a package as different tools write them: Trivy's group:artifact of Maven is
// syft's artifact, and Go's v1.2.3 is 1.2.3 for some.
func packageKey(p finding.Package) string {
	name := strings.ReplaceAll(strings.ToLower(p.Name), "_", "-")
	name = name[strings.LastIndexByte(name, ':')+1:]
	version := strings.TrimPrefix(strings.TrimPrefix(p.Version, "go"), "v")
	return name + "\x00" + strings.TrimPrefix(version, "0:")
}

// byKey are the packages of the platform by what is the same of them for all tools.
func (p *Platform) byKey() map[string][]Place {
	out := map[string][]Place{}
	for _, at := range p.Packages {
		key := packageKey(at.Package)
		out[key] = append(out[key], at)
	}
	return out
}

// place is a finding with the place of its package among those of the platform, where that is known.
func (p *Platform) place(f finding.Finding, packages map[string][]Place) finding.Finding {
	f.Platform = p.Name
	for _, at := range packages[packageKey(f.Vulnerability.Package)] {
		if f.Path == "" || f.Path == at.Path {
			v := *f.Vulnerability
			v.Package = at.Package
			f.Vulnerability, f.Path, f.Layer, f.Location = &v, at.Path, at.Layer, at.Location
			break
		}
	}
	return f
}
