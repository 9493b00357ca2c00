package report

import (
	"cmp"
	"slices"

	"github.com/layergate/layergate/pkg/finding"
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
	// none where no advisory names a version.
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

// upgrade picks for each vulnerability the smallest fixed version above the installed one, and of these the highest.
func (g *group) upgrade() upgrade {
	best, sure := "", true
	var all []string
	for _, f := range g.findings {
		for _, v := range f.Fix.Versions {
			if !slices.Contains(all, v) {
				all = append(all, v)
			}
		}
		if len(f.Fix.Versions) == 0 {
			continue
		}
		v, ok := smallestFix(g.pkg.Type, g.pkg.Version, f.Fix.Versions)
		if !ok {
			sure = false
			continue
		}
		switch {
		case best == "" || best == v:
			best = v
		default:
			order, ok := compareVersions(g.pkg.Type, v, best)
			sure = sure && ok
			if order > 0 {
				best = v
			}
		}
	}
	switch {
	case len(all) == 0:
		return upgrade{}
	case sure:
		return upgrade{[]string{best}, true}
	default:
		slices.Sort(all)
		return upgrade{all, false}
	}
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
	return f.State != finding.Shadowed && f.Fix.State == finding.FixFixed
}

func unfixable(f finding.Finding) bool {
	return f.State != finding.Shadowed && f.Fix.State != finding.FixFixed
}

func shadowed(f finding.Finding) bool { return f.State == finding.Shadowed }
