package report

import (
	"cmp"
	"slices"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/match/version"
)

// group is one version of one package with some of its findings, wherever the image holds it: what a reader would
// repair in one go.
type group struct {
	pkg      finding.Package   // name, version and type; its path is that of the first finding
	findings []finding.Finding // the first finding of each vulnerability, in the report's order
	places   []place
	counts   finding.Counts // of vulnerabilities, each once
	blocks   bool           // at least one of the findings blocks
}

// place is where a group's package lies.
type place struct {
	layer     int
	path      string
	location  *finding.Location
	platforms []string
}

// upgrade is the version that repairs all vulnerabilities of a group that have a fix.
type upgrade struct {
	// versions holds the one version to take; several where their order is not known, and the reader has to choose;
	// none where no advisory names a version above the installed one.
	versions []string
	sure     bool
}

// blocking maps the index of each blocking finding to the reason.
func (r *Report) blocking() map[int]string {
	reasons := make(map[int]string, len(r.Verdict.Blocking))
	for _, b := range r.Verdict.Blocking {
		reasons[b.Finding] = b.Reason
	}
	return reasons
}

// group gathers the findings that keep accepts, the groups that remove most of the worst first.
func (r *Report) group(keep func(finding.Finding) bool) []group {
	type key struct{ kind, name, version string }
	blocking := r.blocking()
	index := map[key]int{}
	var groups []group
	for i, f := range r.Findings {
		if !keep(f) {
			continue
		}
		k := key{f.Package.Type, f.Package.Name, f.Package.Version}
		n, ok := index[k]
		if !ok {
			n = len(groups)
			index[k] = n
			groups = append(groups, group{pkg: f.Package})
		}
		_, blocks := blocking[i]
		groups[n].add(f, blocks)
	}
	slices.SortStableFunc(groups, compareGroups)
	return groups
}

func (g *group) add(f finding.Finding, blocks bool) {
	g.blocks = g.blocks || blocks
	if !slices.ContainsFunc(g.findings, func(o finding.Finding) bool { return o.ID == f.ID }) {
		g.findings = append(g.findings, f)
		g.counts.Add(f.Severity)
	}
	for i := range g.places {
		p := &g.places[i]
		if p.layer == f.Layer.Index && p.path == f.Package.Path && sameLocation(p.location, f.Location) {
			if !slices.Contains(p.platforms, f.Platform) {
				p.platforms = append(p.platforms, f.Platform)
				slices.Sort(p.platforms)
			}
			return
		}
	}
	g.places = append(g.places, place{f.Layer.Index, f.Package.Path, f.Location, []string{f.Platform}})
	slices.SortFunc(g.places, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.layer, b.layer), cmp.Compare(a.path, b.path), slices.Compare(a.platforms, b.platforms))
	})
}

func sameLocation(a, b *finding.Location) bool {
	return a == b || a != nil && b != nil && *a == *b
}

// worst is the highest severity in the group.
func (g *group) worst() finding.Severity {
	worst := finding.SeverityUnknown
	for _, f := range g.findings {
		worst = max(worst, f.Severity)
	}
	return worst
}

// upgrade is what to install in place of a group's package.
func (g *group) upgrade() upgrade {
	var fixes [][]string
	for _, f := range g.findings {
		fixes = append(fixes, f.Fix.Versions)
	}
	versions, sure := version.Upgrade(g.pkg, fixes...)
	slices.Sort(versions)
	return upgrade{versions, sure}
}

func compareGroups(a, b group) int {
	for _, s := range finding.Severities() {
		if c := cmp.Compare(b.counts.Of(s), a.counts.Of(s)); c != 0 {
			return c
		}
	}
	return cmp.Or(cmp.Compare(a.pkg.Name, b.pkg.Name), cmp.Compare(a.pkg.Version, b.pkg.Version), cmp.Compare(a.pkg.Type, b.pkg.Type))
}

func fixable(f finding.Finding) bool {
	return f.State != finding.Shadowed && f.Fix.State == finding.FixFixed && !earlierOnly(f)
}

func unfixable(f finding.Finding) bool {
	return f.State != finding.Shadowed && !fixable(f)
}

func shadowed(f finding.Finding) bool { return f.State == finding.Shadowed }
