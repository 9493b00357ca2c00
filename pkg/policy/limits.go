package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
)

// Limits are thresholds for vulnerabilities of one sort each. What is empty says nothing: the next wider one counts, in
// the end FailOn.
type Limits struct {
	Fixable   Threshold `json:"fixable,omitempty"`   // of what a released version repairs
	Unfixable Threshold `json:"unfixable,omitempty"` // of all others
	// WontFix and EndOfLife say more than Unfixable: of what its vendor says that it will not repair, and of packages of
	// a distribution that gets no more security updates.
	WontFix   Threshold `json:"wontFix,omitempty"`
	EndOfLife Threshold `json:"endOfLife,omitempty"`
	// Unknown is what becomes of findings whose severity nobody knows, where any other severity may pass: block, which is
	// the default, or pass.
	Unknown Action `json:"unknown,omitempty" jsonschema:"enum=block,enum=pass"`
}

// Side holds the limits of one part of an image: its base, or what was built on it.
type Side struct {
	FailOn Threshold `json:"failOn,omitempty"`
	Limits Limits    `json:"limits,omitzero"`
}

// The names of the sides in policy files.
const (
	sideBase = "base"
	sideOwn  = "own"
)

// sideOf names the side of an image that a finding is on. What is in no layer, or in one that is not known to be the
// base's, is the project's own.
func sideOf(f *finding.Finding) string {
	if f.Layer != nil && f.Layer.Base {
		return sideBase
	}
	return sideOwn
}

// limit is a threshold, the rule that states it, and what it is about.
type limit struct {
	threshold Threshold
	rule      string
	about     string // empty for the general one
}

// decides is the rule of the policy that the limit is a part of.
func (l limit) decides() Rule {
	rule, _, _ := strings.Cut(l.rule, ".")
	return Rule(rule)
}

// limitFor is the threshold that counts for a finding: the one that says most about it.
func (j *judge) limitFor(f *finding.Finding) limit {
	p, side, about := j.policy, sideOf(f), "what the base image brings"
	if f.Kind == finding.KindCheck {
		if l := p.Checks.of(side); l.threshold != "" {
			return l
		}
	}
	of := p.Base
	if side == sideOwn {
		of, about = p.Own, "what is not the base image's"
	}
	endOfLife := j.endOfLife(f)
	l := of.Limits.of(f, endOfLife)
	if l.threshold == "" && of.FailOn != "" {
		l = limit{of.FailOn, "severity", about}
	}
	if l.threshold != "" {
		l.rule = side + "." + l.rule
	} else if l = p.Limits.of(f, endOfLife); l.threshold == "" {
		l = limit{cmp.Or(p.FailOn, Any), "severity", ""}
	}
	l.rule = string(RuleFailOn) + "." + l.rule
	return l
}

// LimitsOn lists the thresholds that count on one side of an image, with none left open.
func (p Policy) LimitsOn(base bool) Limits {
	of := p.Own
	if base {
		of = p.Base
	}
	own, all := of.Limits, p.Limits
	return Limits{
		Fixable:   cmp.Or(own.Fixable, of.FailOn, all.Fixable, p.FailOn, Any),
		Unfixable: cmp.Or(own.Unfixable, of.FailOn, all.Unfixable, p.FailOn, Any),
		WontFix:   cmp.Or(own.WontFix, own.Unfixable, of.FailOn, all.WontFix, all.Unfixable, p.FailOn, Any),
		EndOfLife: cmp.Or(own.EndOfLife, own.Unfixable, of.FailOn, all.EndOfLife, all.Unfixable, p.FailOn, Any),
		Unknown:   cmp.Or(own.Unknown, all.Unknown, ActionBlock),
	}
}

// ChecksOn is the threshold of failed checks that counts on one side of an image.
func (p Policy) ChecksOn(base bool) Threshold {
	side, of := sideOwn, p.Own
	if base {
		side, of = sideBase, p.Base
	}
	return cmp.Or(p.Checks.of(side).threshold, of.FailOn, p.FailOn, Any)
}

// of is the limit that says most about a vulnerability, or one without a threshold.
func (l Limits) of(f *finding.Finding, endOfLife bool) limit {
	if f.Vulnerability == nil {
		return limit{}
	}
	state := f.Vulnerability.Fix.State
	switch {
	case state == finding.FixFixed:
		return limit{l.Fixable, "fixable", "what has a fix"}
	case state == finding.FixWontFix && l.WontFix != "":
		return limit{l.WontFix, "wont-fix", "what its vendor will not fix"}
	case endOfLife && l.EndOfLife != "":
		return limit{l.EndOfLife, "end-of-life", "what has reached its end of life"}
	}
	return limit{l.Unfixable, "unfixable", "what has no fix"}
}

// endOfLife tells whether a finding is in a package of a distribution that gets no more security updates.
func (j *judge) endOfLife(f *finding.Finding) bool {
	return f.Vulnerability != nil && systemPackage(f.Vulnerability.Package) && slices.Contains(j.in.EndOfLife, f.Platform)
}

// systemPackage tells whether a package is one of a distribution.
func systemPackage(p finding.Package) bool {
	return slices.Contains([]string{"deb", "apk", "rpm", "alpm", "portage"}, p.Type)
}

// unknown is what becomes of a finding whose severity is not known, and the rule that says it.
func (j *judge) unknown(f *finding.Finding) (Action, string) {
	p, side := j.policy, sideOf(f)
	of := p.Base
	if side == sideOwn {
		of = p.Own
	}
	if of.Limits.Unknown != "" {
		return of.Limits.Unknown, string(RuleFailOn) + "." + side + ".unknown"
	}
	return cmp.Or(p.Limits.Unknown, ActionBlock), string(RuleFailOn) + ".unknown"
}

// sort is all of a finding that the limits look at. Of many findings there are few sorts.
type sort struct {
	kind      finding.Kind
	severity  finding.Severity
	fix       finding.FixState
	base      bool
	endOfLife bool
}

// bySeverity lets the limits decide, once for each sort of findings.
func (j *judge) bySeverity(f *finding.Finding) Decision {
	s := sort{kind: f.Kind, severity: f.Severity, base: sideOf(f) == sideBase, endOfLife: j.endOfLife(f)}
	if f.Vulnerability != nil {
		s.fix = f.Vulnerability.Fix.State
	}
	d, ok := j.decided[s]
	if !ok {
		d = j.byLimit(f)
		j.decided[s] = d
	}
	return d
}

// byLimit lets the limit of a finding decide.
func (j *judge) byLimit(f *finding.Finding) Decision {
	l := j.limitFor(f)
	d := Decision{Effect: Tolerated, Rule: l.decides(), Where: j.policy.Line(l.rule)}
	about := ""
	if l.about != "" {
		about = ", the limit of " + l.about
	}
	unknown, rule := j.unknown(f)
	switch {
	case l.threshold == Never:
		d.Reason = fmt.Sprintf("severity %s; no %s blocks%s", f.Severity, f.Kind.Noun(), about)
	case f.Severity == finding.SeverityUnknown && unknown == ActionPass:
		d.Where = j.policy.Line(rule)
		d.Reason = "severity unknown, which passes"
	case l.threshold == Any:
		d.Effect = Blocks
		d.Reason = fmt.Sprintf("severity %s; any %s blocks%s", f.Severity, f.Kind.Noun(), about)
	case f.Severity == finding.SeverityUnknown:
		d.Effect, d.Where = Blocks, j.policy.Line(rule)
		d.Reason = fmt.Sprintf("severity unknown, which may be %s or above", l.threshold)
	case l.threshold.Blocks(f.Severity):
		d.Effect = Blocks
		d.Reason = fmt.Sprintf("severity %s is at or above %s%s", f.Severity, l.threshold, about)
	default:
		d.Reason = fmt.Sprintf("severity %s is below %s%s", f.Severity, l.threshold, about)
	}
	return d
}
