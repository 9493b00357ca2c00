package report

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

// passing is a finding that would block but for an exception, a VEX statement, or for a time grace. What counts as one finding
// is one of these.
type passing struct {
	id, subject string // not yet escaped, as the rest
	severity    finding.Severity
	reason      string
	where       *finding.Location // of the policy file or the VEX document
	brought     *finding.Location // the line that brought the finding
	daysLeft    int
}

// accepted lists what exceptions waive, in the order of the findings.
func (r *Report) accepted() []passing {
	return r.passing(func(d policy.Decision) bool { return d.Rule == policy.RuleExceptions })
}

// stated lists what VEX statements waive, in the order of the findings.
func (r *Report) stated() []passing {
	return r.passing(func(d policy.Decision) bool { return d.Rule == policy.RuleVEX })
}

// inGrace lists what grace lets pass, what is over first before the others.
func (r *Report) inGrace() []passing {
	out := r.passing(func(d policy.Decision) bool { return d.Rule == policy.RuleGrace })
	slices.SortStableFunc(out, func(a, b passing) int { return cmp.Compare(a.daysLeft, b.daysLeft) })
	return out
}

func (r *Report) passing(keep func(policy.Decision) bool) []passing {
	type key struct {
		finding.Item
		reason string
	}
	seen := map[key]bool{}
	var out []passing
	for _, d := range r.Verdict.Decisions {
		if !keep(d) {
			continue
		}
		f := r.Findings[d.Finding]
		k := key{f.Item(), d.Reason}
		if seen[k] {
			continue
		}
		seen[k] = true
		out = append(out, passing{id: f.ID, severity: f.Severity, subject: wordsOf(f).subject, reason: d.Reason, where: d.Where, brought: f.Location, daysLeft: d.DaysLeft})
	}
	return out
}

// passingList is a list of findings that pass, as reports show it.
type passingList struct {
	id, title string
	of        []passing
}

// passingLists are those of a report, without empty ones.
func (r *Report) passingLists() []passingList {
	lists := []passingList{
		{"accepted", "Accepted in writing", r.accepted()},
		{"vex", "Not affected or fixed, by VEX", r.stated()},
		{"grace", "In grace", r.inGrace()},
		{"baseline", "There before this change", r.passing(func(d policy.Decision) bool { return d.Rule == policy.RuleBaseline })},
	}
	return slices.DeleteFunc(lists, func(l passingList) bool { return len(l.of) == 0 })
}

// why is the reason, with the line of the policy file or the VEX document that states it.
func (p passing) why() string {
	if p.where == nil {
		return p.reason
	}
	return fmt.Sprintf("%s (%s:%d)", p.reason, p.where.File, p.where.Line)
}
