package policy

import (
	"slices"
	"strings"
	"time"

	"github.com/layergate/layergate/pkg/finding"
)

// Step is what one rule of a policy says about a finding.
type Step struct {
	Rule  Rule
	Says  string            // one sentence without a full stop
	Where *finding.Location // the line of the policy file; nil where the policy came from no file
}

// Explain tells rule by rule how Judge comes to its decision about the finding with an index, which is returned, too.
func Explain(p Policy, in Input, index int) ([]Step, Decision) {
	j, f := newJudge(p, in), &in.Findings[index]
	own := j.onItsOwn(f, f.Identifiers())
	steps := []Step{{own.Rule, own.Reason, own.Where}}
	if own.Effect != Blocks {
		return steps, own
	}
	candidates := j.candidates(f.Identifiers())
	for _, x := range candidates {
		steps = append(steps, Step{RuleExceptions, j.fate(x, f, own.Rule), x.Where})
	}
	if len(candidates) == 0 {
		steps = append(steps, Step{RuleExceptions, "no exception names it", nil})
	}
	if said := j.statement(index); said != nil {
		steps = append(steps, Step{RuleVEX, said.String(), said.where()})
	}
	if d, ok := j.inBaseline(f, own); ok {
		steps = append(steps, Step{d.Rule, d.Reason, nil})
	}
	if own.Rule == RuleFailOn {
		_, reason := j.grace(f)
		steps = append(steps, Step{RuleGrace, reason, j.policy.Line(string(RuleGrace) + "." + f.Severity.String())})
	}
	return steps, j.decide(index)
}

// fate says what an exception that names a finding does to it.
func (j *judge) fate(x *exception, f *finding.Finding, rule Rule) string {
	missed := j.missed(x, f)
	switch {
	case missed != "":
		return "an exception does not cover it: " + missed
	case x.refused != "":
		return "an exception covers it and accepts nothing: " + x.refused
	case x.locked(rule):
		return "an exception covers it, but may not: always-block is locked"
	case x.lapses(f):
		return "an exception covered it until there was a fix, and there is one"
	}
	return x.decision().Reason
}

// Named tells whether an identifier is a finding's, or one of its aliases, in any case.
func Named(f finding.Finding, id string) bool {
	return slices.Contains(f.Identifiers(), strings.ToLower(id))
}

// Check lists what somebody should know about a policy that has not judged anything yet: its exceptions that accept
// nothing, and those that end soon.
func Check(p Policy, now time.Time) []Note {
	return newJudge(p, Input{Now: now}).notes(false)
}
