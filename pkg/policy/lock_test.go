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
	tests := []struct {
		name string
		p    policy.Policy
		want []policy.Rule
	}{
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
	e.NotAlways = true
	p := policy.Policy{Exceptions: []policy.Exception{e}}
	if v := judgedToday(p, []finding.Finding{f}); v.Decisions[0].Effect != policy.Waived {
		t.Errorf("Judge() of what fail-on blocks = %+v, want it waived", v.Decisions[0])
	}
	p.AlwaysBlock.IDs = []string{f.ID}
	if v := judgedToday(p, []finding.Finding{f}); v.Decisions[0].Effect != policy.Blocks || len(v.Notes) != 0 {
		t.Errorf("Judge() of what always blocks = %+v, %+v, want it blocked, and the exception in use", v.Decisions[0], v.Notes)
	}
}
