package policy_test

import (
	"testing"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

func TestGateOnNew(t *testing.T) {
	t.Parallel()
	is := func(s finding.BaselineState) func(*finding.Finding) {
		return func(f *finding.Finding) { f.Baseline = s }
	}
	onNew := policy.Policy{GateOn: policy.GateOnNew}
	tests := []struct {
		name    string
		policy  policy.Policy
		finding finding.Finding
		effect  policy.Effect
		rule    policy.Rule
	}{
		{name: "new", policy: onNew, finding: edited(is(finding.BaselineNew)), effect: policy.Blocks, rule: policy.RuleFailOn},
		{name: "not compared", policy: onNew, finding: edited(is("")), effect: policy.Blocks, rule: policy.RuleFailOn},
		{name: "already there", policy: onNew, finding: edited(is(finding.BaselineUnchanged)), effect: policy.Tolerated, rule: policy.RuleBaseline},
		{name: "newly known", policy: onNew, finding: edited(is(finding.BaselineNewlyKnown)), effect: policy.Tolerated, rule: policy.RuleBaseline},
		{name: "already there, and all blocks", policy: policy.Policy{GateOn: policy.GateOnAll}, finding: edited(is(finding.BaselineUnchanged)), effect: policy.Blocks, rule: policy.RuleFailOn},
		{name: "already there, and all blocks by default", finding: edited(is(finding.BaselineUnchanged)), effect: policy.Blocks, rule: policy.RuleFailOn},
		{
			name: "already there, and exploited", policy: onNew, effect: policy.Blocks, rule: policy.RuleFailOn,
			finding: edited(func(f *finding.Finding) {
				f.Baseline, f.Vulnerability.KnownExploited = finding.BaselineUnchanged, []finding.KnownExploited{{CVE: "CVE-2026-1"}}
			}),
		},
		{
			name: "already there, and always blocked", effect: policy.Blocks, rule: policy.RuleAlways,
			policy:  policy.Policy{GateOn: policy.GateOnNew, AlwaysBlock: policy.AlwaysBlock{Packages: []string{"openssl"}}},
			finding: edited(is(finding.BaselineUnchanged)),
		},
		{
			name: "already there, and of a kind that nobody knows", policy: onNew, effect: policy.Blocks, rule: policy.RuleKind,
			finding: finding.Finding{Kind: "opinion", Baseline: finding.BaselineUnchanged},
		},
		{name: "already there, and no more than the limit", policy: policy.Policy{GateOn: policy.GateOnNew, FailOn: "critical"}, finding: edited(is(finding.BaselineUnchanged)), effect: policy.Tolerated, rule: policy.RuleFailOn},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := judgedToday(tt.policy, []finding.Finding{tt.finding}).Decisions[0]
			if d.Effect != tt.effect || d.Rule != tt.rule {
				t.Errorf("Judge() = %s by %s, want %s by %s", d.Effect, d.Rule, tt.effect, tt.rule)
			}
		})
	}
}

func TestGateOnIsPartOfTheDigest(t *testing.T) {
	t.Parallel()
	all, open, fresh := policy.Policy{GateOn: policy.GateOnAll}.Digest(), policy.Policy{}.Digest(), policy.Policy{GateOn: policy.GateOnNew}.Digest()
	if all != open || all == fresh {
		t.Errorf("Digest() = %s for all, %s by default, %s for new: want the first two alike", all, open, fresh)
	}
}
