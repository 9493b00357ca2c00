package report

import (
	"fmt"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

// policyLine says in words what blocks.
func (r *Report) policyLine() string {
	found := "vulnerability"
	if r.Manifests != nil {
		found = "failed check"
	}
	p := r.Policy
	line := ""
	switch t := p.FailOn; t {
	case "", policy.Any:
		line = "any " + found + " blocks"
	case policy.Never:
		line = "no " + found + " blocks"
	default:
		line = thresholdWords(t) + " blocks"
	}
	parts := append([]string{line}, limitWords(policy.Side{Limits: p.Limits}, "")...)
	parts = append(parts, limitWords(p.Base, "base image: ")...)
	parts = append(parts, limitWords(p.Own, "own: ")...)
	switch {
	case len(p.Gaps) > 0:
		parts = append(parts, "coverage gaps by kind")
	case p.Coverage == policy.ActionWarn:
		parts = append(parts, "coverage gaps warn")
	case p.Coverage == policy.ActionIgnore:
		parts = append(parts, "coverage gaps are ignored")
	}
	if len(p.Grace) > 0 {
		parts = append(parts, "grace by severity")
	}
	if p.GateOn == policy.GateOnNew {
		parts = append(parts, "only what is new with the change")
	}
	if n := len(p.VEX.Trust); n > 0 {
		parts = append(parts, plural(n, "trusted VEX author"))
	}
	if n := len(p.Exceptions); n > 0 {
		parts = append(parts, plural(n, "exception"))
	}
	line = strings.Join(parts, ", ")
	if p.File != "" {
		line += "; by " + p.File
	}
	if len(p.Overrides) > 0 {
		line += ", but for inputs: " + strings.Join(p.Overrides, ", ")
	}
	return line
}

func thresholdWords(t policy.Threshold) string {
	if t == "critical" {
		return string(t)
	}
	return string(t) + " and above"
}

// limitWords lists what a part of a policy says of some findings apart.
func limitWords(s policy.Side, of string) []string {
	var out []string
	for _, l := range []struct {
		threshold policy.Threshold
		name      string
	}{
		{s.FailOn, "all"}, {s.Limits.Fixable, "fixable"}, {s.Limits.Unfixable, "unfixable"}, {s.Limits.WontFix, "won't fix"}, {s.Limits.EndOfLife, "end of life"},
	} {
		switch l.threshold {
		case "":
		case policy.Any, policy.Never:
			out = append(out, fmt.Sprintf("%s%s: %s", of, l.name, l.threshold))
		default:
			out = append(out, fmt.Sprintf("%s%s: %s", of, l.name, thresholdWords(l.threshold)))
		}
	}
	if s.Limits.Unknown != "" {
		out = append(out, fmt.Sprintf("%sunknown severity: %s", of, s.Limits.Unknown))
	}
	return out
}

// allWarnings are the warnings of the run, and the notes about the policy with their lines.
func (r *Report) allWarnings() []string {
	out := append([]string{}, r.Warnings...)
	for _, n := range r.Verdict.Notes {
		out = append(out, lineBefore(n.Where)+n.Message)
	}
	return out
}

// lineBefore names a line at the start of a sentence.
func lineBefore(l *finding.Location) string {
	if l == nil {
		return ""
	}
	return fmt.Sprintf("%s:%d: ", l.File, l.Line)
}
