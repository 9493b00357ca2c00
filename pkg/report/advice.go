package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/remedy"
)

// adviceIDs is how many identifiers an advice names.
const adviceIDs = 5

// Advice tells a reviewer how to repair findings that have one remedy: those of one version of a package, a failed check, a
// coverage gap. Its texts may contain text of the image, not yet escaped.
type Advice struct {
	ID       string // of the worst finding
	Severity finding.Severity
	Title    string            // one line
	Message  string            // several lines: what it is, what to do, where it is
	Location *finding.Location // the line to edit; nil where that is not known
	Item     string            // what it is about, for counting: package, failed check, coverage gap
}

// Advice lists what to do about what blocks, in the order in which a reviewer wants to be told where not all can be shown: what
// is new with the change, what somebody can repair, what is not the base image's, the most severe, and what brings the most.
// What the base image brings and nobody can repair is one advice.
func (r *Report) Advice() []Advice { return r.onlyBlocking().advice() }

// AdviceOnNew lists the same about what came with the change and passes because the policy is no stricter. It is empty where
// there is no baseline. What something else of blocks, such as another vulnerability of the package, is told with that.
func (r *Report) AdviceOnNew() []Advice {
	told := map[string]bool{}
	for _, f := range r.Blocking() {
		told[groupOf(f)] = true
	}
	return r.only(func(d policy.Decision) bool {
		f := r.Findings[d.Finding]
		return d.Effect == policy.Tolerated && f.Baseline == finding.BaselineNew && !told[groupOf(f)]
	}).advice()
}

func (r *Report) advice() []Advice {
	groups := r.group(anyFinding)
	for _, g := range groups {
		slices.SortStableFunc(g.findings, func(x, y finding.Finding) int { return cmp.Compare(y.Severity, x.Severity) })
	}
	slices.SortStableFunc(groups, func(a, b group) int {
		return cmp.Or(
			compareRecent(a.recent(), b.recent()),
			compareBool(a.nobodyRepairs(), b.nobodyRepairs()),
			compareBool(a.fromBase(), b.fromBase()),
			cmp.Compare(b.rank(), a.rank()),
		)
	})
	hopeless := func(g group) bool { return g.nobodyRepairs() && g.fromBase() }
	i := slices.IndexFunc(groups, hopeless)
	out := make([]Advice, 0, len(groups))
	for n, g := range groups {
		switch {
		case !hopeless(g):
			out = append(out, adviceOf(g))
		case n == i:
			out = append(out, r.adviceOnBase(slices.DeleteFunc(slices.Clone(groups), func(g group) bool { return !hopeless(g) })))
		}
	}
	return out
}

func adviceOf(g group) Advice {
	f := g.findings[0]
	message := adviceMessage(g)
	if f.Check != nil && f.Check.Add != "" {
		message += "\nAdd:\n" + strings.Join(codeLines(f.Check.Add), "\n")
	}
	a := Advice{ID: f.ID, Severity: f.Severity, Title: adviceTitle(g), Message: message, Location: f.Location, Item: kindOf(f).item}
	if len(g.steps) > 0 && g.steps[0].Location != nil {
		a.Location = g.steps[0].Location
	}
	return a
}

// adviceOnBase is the advice on vulnerabilities of the base image that nobody can repair, on the line that names it.
func (r *Report) adviceOnBase(groups []group) Advice {
	if len(groups) == 1 {
		return adviceOf(groups[0])
	}
	n, advisories := 0, []finding.Finding{}
	for _, g := range groups {
		n += len(g.findings)
		for _, f := range g.findings {
			if !slices.ContainsFunc(advisories, func(o finding.Finding) bool { return o.ID == f.ID }) {
				advisories = append(advisories, f)
			}
		}
	}
	slices.SortStableFunc(advisories, func(a, b finding.Finding) int { return cmp.Compare(b.Severity, a.Severity) })
	base := "the base image"
	if b := r.image().Base; b != nil {
		base += " " + b.Name
	}
	worst := advisories[0]
	return Advice{
		ID: worst.ID, Severity: worst.Severity, Location: worst.Location, Item: kindOf(worst).item,
		Title: fmt.Sprintf("%s: %d without a fix, %s", base, n, plural(len(advisories), "advisory")),
		Message: fmt.Sprintf("Nobody has repaired these in %s yet: take another base image, remove what is not needed, or accept them in writing.\n%s",
			plural(len(groups), "package"), someIDs(advisories)),
	}
}

// onlyBlocking is a report of the findings that block.
func (r *Report) onlyBlocking() *Report {
	return r.only(func(d policy.Decision) bool { return d.Effect == policy.Blocks })
}

// only is a report of the findings whose decisions keep accepts, with the plan's steps about them.
func (r *Report) only(keep func(policy.Decision) bool) *Report {
	out := &Report{Subject: r.Subject}
	index := map[int]int{}
	for _, d := range r.Verdict.Decisions {
		if keep(d) {
			index[d.Finding] = len(out.Findings)
			out.Findings = append(out.Findings, r.Findings[d.Finding])
			d.Finding = index[d.Finding]
			out.Verdict.Decisions = append(out.Verdict.Decisions, d)
		}
	}
	for _, s := range r.Remedies.Steps {
		var removes []int
		for _, i := range s.Removes.Findings {
			if at, ok := index[i]; ok {
				removes = append(removes, at)
			}
		}
		slices.Sort(removes)
		s.Removes.Findings = removes
		out.Remedies.Steps = append(out.Remedies.Steps, s)
	}
	return out
}

// repairable counts the findings of a group that somebody knows how to repair.
func (g *group) repairable() int {
	n := 0
	for _, f := range g.findings {
		if remedy.Removable(f) {
			n++
		}
	}
	return n
}

// nobodyRepairs tells whether the group is of vulnerabilities without a fix, of which no step of the plan removes any.
func (g *group) nobodyRepairs() bool {
	return g.findings[0].Vulnerability != nil && g.repairable() == 0 && len(g.steps) == 0
}

// fromBase tells whether all of the group came with the base image.
func (g *group) fromBase() bool { return !g.own }

// recent is what the group is compared with the baseline: new if one of its findings is.
func (g *group) recent() finding.BaselineState {
	var state finding.BaselineState
	for _, f := range g.findings {
		state = moreRecent(state, f.Baseline)
	}
	return state
}

func adviceTitle(g group) string {
	f := g.findings[0]
	title := f.Title
	if hasSeverity(f) {
		title = f.Severity.String() + ": " + title
	}
	if more := len(g.findings) - 1; more > 0 {
		title += fmt.Sprintf(" and %d more", more)
	}
	return title
}

func adviceMessage(g group) string {
	f := g.findings[0]
	var lines []string
	if f.Summary != "" {
		lines = append(lines, f.Summary)
	}
	for _, s := range g.steps {
		lines = append(lines, s.advice(len(g.findings)))
		lines = append(lines, stepCode(s.Step)...)
	}
	if len(g.steps) == 0 {
		lines = append(lines, kindOf(f).advice(&g))
	}
	if len(g.findings) > 1 {
		lines = append(lines, someIDs(g.findings))
	}
	if where := advicePlace(f); where != "" {
		lines = append(lines, where)
	}
	if more := len(g.places) - 1; more > 0 {
		lines = append(lines, fmt.Sprintf("It is in %s", plural(more, "more place")))
	}
	return strings.Join(lines, "\n")
}

// someIDs names the first of the findings, with their severities.
func someIDs(findings []finding.Finding) string {
	shown, rest := firstOf(findings, adviceIDs)
	var names []string
	for _, f := range shown {
		names = append(names, fmt.Sprintf("%s (%s)", f.ID, f.Severity))
	}
	if rest > 0 {
		names = append(names, fmt.Sprintf("%d more", rest))
	}
	return strings.Join(names, ", ")
}

// advicePlace says where the first finding of a group is.
func advicePlace(f finding.Finding) string {
	var parts []string
	for _, p := range []string{f.Path, placeOf(f)} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	if f.Layer == nil {
		return strings.Join(parts, ", ")
	}
	layer := fmt.Sprintf("brought by layer %d", f.Layer.Index)
	if f.Layer.CreatedBy != "" {
		layer += ": " + instruction(f.Layer.CreatedBy)
	}
	return strings.Join(append(parts, layer), ", ")
}
