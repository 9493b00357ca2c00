package policy_test

import (
	"slices"
	"testing"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

func TestLoosened(t *testing.T) {
	t.Parallel()
	floor := policy.Policy{FailOn: "high", Locks: []policy.Rule{policy.RuleFailOn}}
	with := func(change func(*policy.Policy)) policy.Policy {
		p := floor
		p.Floor = &floor
		change(&p)
		return p
	}
	locking := func(floor policy.Policy, lock policy.Rule, change func(*policy.Policy)) policy.Policy {
		floor.Locks = []policy.Rule{lock}
		p := floor
		p.Floor = &floor
		change(&p)
		return p
	}
	warned := func(p *policy.Policy) { p.Rules = policy.Rules{"LG-IMG-*": policy.ActionWarn} }
	tests := []struct {
		name string
		p    policy.Policy
		want []policy.Rule
	}{
		{name: "rules", p: locking(policy.Policy{}, policy.RuleRules, warned), want: []policy.Rule{policy.RuleRules}},
		{name: "rules in place of locked secrets", p: locking(policy.Policy{}, policy.RuleSecrets, warned), want: []policy.Rule{policy.RuleRules}},
		{name: "rules in place of a locked fail-on", p: locking(policy.Policy{}, policy.RuleFailOn, warned), want: []policy.Rule{policy.RuleRules}},
		{name: "checks in place of a locked fail-on", p: locking(policy.Policy{}, policy.RuleFailOn, func(p *policy.Policy) { p.Checks.Own = policy.Never }), want: []policy.Rule{policy.RuleChecks}},
		{name: "fail-on in place of locked checks", p: locking(policy.Policy{}, policy.RuleChecks, func(p *policy.Policy) { p.FailOn = "high" }), want: []policy.Rule{policy.RuleFailOn}},
		{name: "fail-on beside locked checks", p: locking(policy.Policy{Checks: policy.Checks{Severity: "low"}}, policy.RuleChecks, func(p *policy.Policy) { p.FailOn = "high" })},
		{name: "secrets", p: locking(policy.Policy{}, policy.RuleSecrets, func(p *policy.Policy) { p.Secrets = policy.ActionIgnore }), want: []policy.Rule{policy.RuleSecrets}},
		{name: "licenses", p: locking(policy.Policy{Licenses: policy.Licenses{LicenseSide: policy.LicenseSide{Deny: []string{"GPL-*"}}}}, policy.RuleLicenses,
			func(p *policy.Policy) { p.Licenses = policy.Licenses{} }), want: []policy.Rule{policy.RuleLicenses, policy.RuleLicenses}},
		{name: "rules beside others", p: locking(policy.Policy{}, policy.RuleGrace, warned)},
		{name: "no floor", p: policy.Policy{FailOn: policy.Never}},
		{name: "the same", p: with(func(*policy.Policy) {})},
		{name: "tightened", p: with(func(p *policy.Policy) { p.FailOn = policy.Any })},
		{name: "loosened", p: with(func(p *policy.Policy) { p.FailOn = policy.Never }), want: []policy.Rule{policy.RuleFailOn}},
		{name: "not locked", p: with(func(p *policy.Policy) { p.Coverage = policy.ActionIgnore })},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []policy.Rule
			for _, d := range tt.p.Loosened() {
				got = append(got, d.Rule)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("Loosened() = %v, want %v", got, tt.want)
			}
		})
	}
}

// An exception that was added to a locked always-block waives what other rules block, and not that.
func TestNotAlways(t *testing.T) {
	t.Parallel()
	f := vulnerability(finding.SeverityHigh, finding.Visible)
	f.ID = "CVE-2026-1"
	e := exception(f.ID)
	e.NotAlways, e.Where = true, &finding.Location{File: "p.yaml", Line: 4, EndLine: 4}
	p := policy.Policy{Exceptions: []policy.Exception{e}}
	if v := judgedToday(p, []finding.Finding{f}); v.Decisions[0].Effect != policy.Waived {
		t.Errorf("Judge() of what fail-on blocks = %+v, want it waived", v.Decisions[0])
	}
	p.AlwaysBlock.IDs = []string{f.ID}
	if v := judgedToday(p, []finding.Finding{f}); v.Decisions[0].Effect != policy.Blocks || len(v.Notes) != 1 || v.Notes[0].Kind != policy.NoteLocked || v.Notes[0].Where != e.Where ||
		v.Notes[0].Message != "the exception for CVE-2026-1 does not accept 1 finding that always blocks: always-block is locked" {
		t.Errorf("Judge() of what always blocks = %+v, %+v, want it blocked, and a note in the line of the exception", v.Decisions[0], v.Notes)
	}
}
