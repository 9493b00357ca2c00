package report

import (
	"cmp"
	"slices"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/remedy"
)

// group holds the findings that have one remedy, wherever they are: the vulnerabilities of one version of one package,
// the same failed check, the same gap.
type group struct {
	key      string            // of groupOf
	words    words             // of the first finding
	members  []int             // the indexes of all findings in the report
	findings []finding.Finding // the first finding of each identifier, in the report's order
	places   []place
	counted  map[finding.Item]bool // of findings
	at       map[placeKey]int      // the places by what tells them apart
	ids      map[string]int        // findings by identifier
	counts   finding.Counts        // of counted; a coverage gap has no severity
	blocks   bool                  // at least one of the findings blocks
	own      bool                  // at least one of the findings is not the base image's
	steps    []groupStep           // of the plan, that remove some of the findings
}

// place is where the findings of a group are.
type place struct {
	layer     int // -1 for none
	path      string
	inside    string // what in the file it is; empty for all of it
	location  *finding.Location
	platforms []string // none for a manifest
}

// placeKey is what tells places of a group apart; a line that is not known is 0.
type placeKey struct {
	layer        int
	path, inside string
	located      bool
	location     finding.Location
}

func (p place) placeKey() placeKey {
	k := placeKey{layer: p.layer, path: p.path, inside: p.inside}
	if p.location != nil {
		k.located, k.location = true, *p.location
	}
	return k
}

// group gathers the findings that keep accepts, the groups that remove most of the worst first.
func (r *Report) group(keep func(finding.Finding) bool) []group {
	return r.groupAt(func(i int) bool { return keep(r.Findings[i]) })
}

// listed gathers what a listing shows: what was accepted is in a list of its own.
func (r *Report) listed(l listing) []group {
	accepted := r.withEffect(policy.Waived)
	return r.groupAt(func(i int) bool {
		_, ok := accepted[i]
		return !ok && l.keep(r.Findings[i])
	})
}

// groupAt gathers the findings of which keep accepts the index.
func (r *Report) groupAt(keep func(int) bool) []group {
	blocking := r.blocking()
	index := map[string]int{}
	var groups []group
	for i, f := range r.Findings {
		if !keep(i) {
			continue
		}
		k := groupOf(f)
		n, ok := index[k]
		if !ok {
			n = len(groups)
			index[k] = n
			groups = append(groups, group{key: k, words: wordsOf(f), counted: map[finding.Item]bool{}, at: map[placeKey]int{}, ids: map[string]int{}})
		}
		_, blocks := blocking[i]
		groups[n].members = append(groups[n].members, i)
		groups[n].add(f, blocks)
	}
	stepOf := r.stepOf()
	for i := range groups {
		groups[i].steps = r.stepsAbout(groups[i].members, stepOf)
	}
	for i := range groups {
		groups[i].sortPlaces()
	}
	slices.SortStableFunc(groups, compareGroups)
	return groups
}

// anyFinding keeps every finding.
func anyFinding(finding.Finding) bool { return true }

func (g *group) add(f finding.Finding, blocks bool) {
	g.blocks, g.own = g.blocks || blocks, g.own || f.Layer == nil || !f.Layer.Base
	if i, ok := g.ids[f.ID]; !ok {
		g.ids[f.ID] = len(g.findings)
		g.findings = append(g.findings, f)
	} else {
		g.findings[i].Baseline = moreRecent(g.findings[i].Baseline, f.Baseline)
	}
	if k := f.Item(); !g.counted[k] {
		g.counted[k] = true
		if hasSeverity(f) {
			g.counts.Add(f.Severity)
		}
	}
	at := place{layer: layerOf(f), path: f.Path, inside: placeOf(f), location: f.Location}
	if f.Platform != "" {
		at.platforms = []string{f.Platform}
	}
	if i, ok := g.at[at.placeKey()]; ok {
		g.places[i].platforms = sortedOnce(append(g.places[i].platforms, at.platforms...))
		return
	}
	g.at[at.placeKey()] = len(g.places)
	g.places = append(g.places, at)
}

// sortPlaces puts the places into order, once all findings are added.
func (g *group) sortPlaces() {
	slices.SortStableFunc(g.places, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.layer, b.layer), cmp.Compare(a.path, b.path), cmp.Compare(a.inside, b.inside), slices.Compare(a.platforms, b.platforms))
	})
}

// layerOf is the index of a finding's layer, or -1.
func layerOf(f finding.Finding) int {
	if f.Layer == nil {
		return -1
	}
	return f.Layer.Index
}

// rank is the highest rank in the group.
func (g *group) rank() finding.Severity {
	rank := g.words.rank
	for _, f := range g.findings {
		rank = max(rank, f.Severity)
	}
	return rank
}

// first is the first place of which the line to edit is known, or else the first.
func (g *group) first() place {
	if i := slices.IndexFunc(g.places, func(p place) bool { return p.location != nil }); i >= 0 {
		return g.places[i]
	}
	return g.places[0]
}

// passes tells whether the policy lets pass what would run.
func (g *group) passes() bool { return !g.blocks && !g.words.hidden }

// upgrade returns the version to install in place of the package of a group of vulnerabilities, and how many of them that
// repairs: what the plan says, where it says something about the package.
func (g *group) upgrade() (to remedy.Target, repairs int) {
	for _, s := range g.steps {
		if s.Kind == remedy.KindUpgrade {
			return remedy.Target{Versions: s.Changes[0].To, Sure: s.Sure}, s.removes
		}
	}
	return remedy.TargetOf(g.findings), g.repairable()
}

func compareGroups(a, b group) int {
	for _, s := range finding.Severities() {
		if c := cmp.Compare(b.counts.Of(s), a.counts.Of(s)); c != 0 {
			return c
		}
	}
	return cmp.Or(
		cmp.Compare(a.words.name.text, b.words.name.text), cmp.Compare(a.words.detail.text, b.words.detail.text),
		cmp.Compare(a.key, b.key),
	)
}
