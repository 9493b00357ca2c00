package policy

import (
	"fmt"
	"slices"
	"time"

	"github.com/layergate/layergate/pkg/finding"
)

// Outcome is the word for a verdict.
type Outcome string

const (
	// Clean means that nothing blocks.
	Clean Outcome = "clean"
	// Blocked means that at least one finding blocks.
	Blocked Outcome = "blocked"
)

// Effect says whether a finding blocks the image or passes, and how.
type Effect string

const (
	// Blocks keeps the subject from being promoted.
	Blocks Effect = "blocks"
	// Waived would block, were it not for an exception in writing.
	Waived Effect = "waived"
	// Tolerated passes because the policy is no stricter.
	Tolerated Effect = "tolerated"
	// Reported never blocks, whatever the policy says.
	Reported Effect = "reported"
)

// Effects lists every effect, the strictest first.
func Effects() []Effect { return []Effect{Blocks, Waived, Tolerated, Reported} }

// Rule names the part of a policy that made a decision.
type Rule string

const (
	// RuleFailOn decides by severity.
	RuleFailOn Rule = "fail-on"
	// RuleCoverage decides about gaps.
	RuleCoverage Rule = "coverage"
	// RuleShadowed passes packages that a later layer removed or replaced: they cannot run.
	RuleShadowed Rule = "shadowed"
	// RuleKind blocks what is of no kind that the policy knows.
	RuleKind Rule = "kind"
)

// Decision records the effect of a policy on one finding, and the reason for it.
type Decision struct {
	Finding int    `json:"finding"` // index into the findings that were judged
	Effect  Effect `json:"effect"`
	Rule    Rule   `json:"rule"`
	Reason  string `json:"reason"` // one sentence without a full stop
	// Where is the line of the policy file that decided; nil where the policy came from no file.
	Where *finding.Location `json:"where,omitempty"`
}

// Verdict is the result of Judge: the outcome and a decision for every finding.
type Verdict struct {
	Outcome   Outcome    `json:"outcome"`
	Decisions []Decision `json:"decisions"` // one for each finding, in the order of the findings
}

// Blocking lists the decisions that block, in the order of the findings.
func (v Verdict) Blocking() []Decision {
	return slices.DeleteFunc(slices.Clone(v.Decisions), func(d Decision) bool { return d.Effect != Blocks })
}

// Subject names what a verdict is about: the digests of the content that was judged completely.
type Subject struct {
	Digests []string // of manifests and indexes, such as sha256:…
}

// Input holds what Judge decides about, and the circumstances that a clearance records.
type Input struct {
	Subject  Subject
	Findings []finding.Finding
	Database string    // checksum of the advisory database, such as xxh64:…; empty where none was asked
	Now      time.Time // when it is judged
}

// Judge decides about every finding and so about the whole. The clearance is nil unless the verdict is clean and the
// subject names at least one digest.
func Judge(p Policy, in Input) (Verdict, *Clearance) {
	v := Verdict{Outcome: Clean, Decisions: make([]Decision, 0, len(in.Findings))}
	for i, f := range in.Findings {
		d := p.decide(f)
		d.Finding = i
		if d.Effect == Blocks {
			v.Outcome = Blocked
		}
		v.Decisions = append(v.Decisions, d)
	}
	if v.Outcome != Clean || len(in.Subject.Digests) == 0 {
		return v, nil
	}
	return v, &Clearance{digests: slices.Clone(in.Subject.Digests), policy: p.Digest(), database: in.Database, time: in.Now}
}

// decide judges one finding by itself.
func (p Policy) decide(f finding.Finding) Decision {
	switch f.Kind {
	case finding.KindVulnerability:
		if f.State == finding.Shadowed {
			return shadowed()
		}
		return p.bySeverity(f)
	case finding.KindCheck:
		return p.bySeverity(f) // shadowed content too: a secret can be read out of the layer that a later one hides
	case finding.KindCoverage:
		if f.State == finding.Shadowed {
			return shadowed()
		}
		return p.byCoverage(f)
	}
	return Decision{Effect: Blocks, Rule: RuleKind, Reason: fmt.Sprintf("findings of the kind %q are not known", f.Kind)}
}

func shadowed() Decision {
	return Decision{Effect: Reported, Rule: RuleShadowed, Reason: "a later layer removed or replaced it, so that it does not run"}
}

func (p Policy) bySeverity(f finding.Finding) Decision {
	d := Decision{Effect: Tolerated, Rule: RuleFailOn}
	if p.FailOn.Blocks(f.Severity) {
		d.Effect = Blocks
	}
	switch t := p.WithDefaults().FailOn; {
	case t == Any:
		d.Reason = fmt.Sprintf("severity %s; any %s blocks", f.Severity, f.Kind.Noun())
	case t == Never:
		d.Reason = fmt.Sprintf("severity %s; no %s blocks", f.Severity, f.Kind.Noun())
	case d.Effect == Blocks:
		d.Reason = fmt.Sprintf("severity %s is at or above %s", f.Severity, t)
	default:
		d.Reason = fmt.Sprintf("severity %s is below %s", f.Severity, t)
	}
	return d
}

func (p Policy) byCoverage(f finding.Finding) Decision {
	switch {
	case f.Coverage != nil && f.Coverage.Gap == finding.GapUnpublished:
		return Decision{Effect: Reported, Rule: RuleCoverage, Reason: "nobody publishes advisories for it, so that no database would help"}
	case p.Coverage == CoverageWarn:
		return Decision{Effect: Tolerated, Rule: RuleCoverage, Reason: "it could not be judged; coverage gaps only warn"}
	}
	return Decision{Effect: Blocks, Rule: RuleCoverage, Reason: "it could not be judged; any coverage gap blocks"}
}
