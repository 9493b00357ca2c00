package policy_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

func vulnerability(s finding.Severity, state finding.State) finding.Finding {
	return finding.Finding{Kind: finding.KindVulnerability, Severity: s, State: state, Vulnerability: &finding.Vulnerability{}}
}

func check(s finding.Severity, state finding.State) finding.Finding {
	return finding.Finding{Kind: finding.KindCheck, Severity: s, State: state, Check: &finding.Check{}}
}

func secret(s finding.Severity, state finding.State) finding.Finding {
	f := check(s, state)
	f.Kind, f.ID = finding.KindSecret, "LG-SEC-001"
	return f
}

func gap(g finding.Gap, state finding.State) finding.Finding {
	f := finding.NewCoverage(finding.Coverage{Gap: g}, "/a")
	f.State = state
	return f
}

func TestJudge(t *testing.T) {
	t.Parallel()
	const visible, hidden = finding.Visible, finding.Shadowed
	tests := []struct {
		name    string
		policy  policy.Policy
		finding finding.Finding
		want    policy.Decision
	}{
		{"the zero policy is the strictest", policy.Policy{}, vulnerability(finding.SeverityUnknown, visible),
			policy.Decision{Effect: policy.Blocks, Rule: policy.RuleFailOn, Reason: "severity unknown; any vulnerability blocks"}},
		{"any", policy.Policy{FailOn: policy.Any}, check(finding.SeverityLow, ""),
			policy.Decision{Effect: policy.Blocks, Rule: policy.RuleFailOn, Reason: "severity low; any failed check blocks"}},
		{"above the threshold", policy.Policy{FailOn: "high"}, vulnerability(finding.SeverityCritical, visible),
			policy.Decision{Effect: policy.Blocks, Rule: policy.RuleFailOn, Reason: "severity critical is at or above high"}},
		{"at the threshold", policy.Policy{FailOn: "high"}, check(finding.SeverityHigh, ""),
			policy.Decision{Effect: policy.Blocks, Rule: policy.RuleFailOn, Reason: "severity high is at or above high"}},
		{"below the threshold", policy.Policy{FailOn: "high"}, vulnerability(finding.SeverityMedium, visible),
			policy.Decision{Effect: policy.Tolerated, Rule: policy.RuleFailOn, Reason: "severity medium is below high"}},
		{"check below the threshold", policy.Policy{FailOn: "high"}, check(finding.SeverityLow, ""),
			policy.Decision{Effect: policy.Tolerated, Rule: policy.RuleFailOn, Reason: "severity low is below high"}},
		{"unknown severity may be any", policy.Policy{FailOn: "critical"}, vulnerability(finding.SeverityUnknown, visible),
			policy.Decision{Effect: policy.Blocks, Rule: policy.RuleFailOn, Reason: "severity unknown, which may be critical or above"}},
		{"never", policy.Policy{FailOn: policy.Never}, vulnerability(finding.SeverityCritical, visible),
			policy.Decision{Effect: policy.Tolerated, Rule: policy.RuleFailOn, Reason: "severity critical; no vulnerability blocks"}},
		{"a threshold that is not known blocks", policy.Policy{FailOn: "nonsense"}, vulnerability(finding.SeverityLow, visible),
			policy.Decision{Effect: policy.Blocks, Rule: policy.RuleFailOn, Reason: "severity low is at or above nonsense"}},
		{"a shadowed package does not run", policy.Policy{}, vulnerability(finding.SeverityCritical, hidden),
			policy.Decision{Effect: policy.Reported, Rule: policy.RuleShadowed, Reason: "a later layer removed or replaced it, so that it does not run"}},
		{"a shadowed secret is still shipped", policy.Policy{}, check(finding.SeverityCritical, hidden),
			policy.Decision{Effect: policy.Blocks, Rule: policy.RuleFailOn, Reason: "severity critical; any failed check blocks"}},
		{"a state that is not known blocks", policy.Policy{}, vulnerability(finding.SeverityLow, "elsewhere"),
			policy.Decision{Effect: policy.Blocks, Rule: policy.RuleFailOn, Reason: "severity low; any vulnerability blocks"}},
		{"a kind that is not known blocks", policy.Policy{FailOn: policy.Never, Coverage: policy.ActionWarn}, finding.Finding{Kind: "opinion"},
			policy.Decision{Effect: policy.Blocks, Rule: policy.RuleKind, Reason: `findings of the kind "opinion" are not known`}},
		{"a gap blocks whatever the threshold", policy.Policy{FailOn: policy.Never}, gap(finding.GapNoPackages, ""),
			policy.Decision{Effect: policy.Blocks, Rule: policy.RuleCoverage, Reason: "it could not be judged; any coverage gap blocks"}},
		{"a gap only warns", policy.Policy{Coverage: policy.ActionWarn}, gap(finding.GapEcosystem, ""),
			policy.Decision{Effect: policy.Tolerated, Rule: policy.RuleCoverage, Reason: "it could not be judged; coverage gaps only warn"}},
		{"a choice about gaps that is not known blocks", policy.Policy{Coverage: "nonsense"}, gap(finding.GapEcosystem, ""),
			policy.Decision{Effect: policy.Blocks, Rule: policy.RuleCoverage, Reason: "it could not be judged; any coverage gap blocks"}},
		{"a gap in what does not run", policy.Policy{}, gap(finding.GapUnreadableFile, hidden),
			policy.Decision{Effect: policy.Reported, Rule: policy.RuleShadowed, Reason: "a later layer removed or replaced it, so that it does not run"}},
		{"a gap that images have which are in order", policy.Policy{}, gap(finding.GapUnidentified, ""),
			policy.Decision{Effect: policy.Tolerated, Rule: policy.RuleCoverage, Reason: "it could not be judged; this gap blocks only where the policy names it"}},
		{"the same where gaps are ignored", policy.Policy{Coverage: policy.ActionIgnore}, gap(finding.GapUnidentified, ""),
			policy.Decision{Effect: policy.Reported, Rule: policy.RuleCoverage, Reason: "it could not be judged; the policy ignores that"}},
		{"the same where the policy names it", policy.Policy{Gaps: map[finding.Gap]policy.Action{finding.GapUnidentified: policy.ActionBlock}}, gap(finding.GapUnidentified, ""),
			policy.Decision{Effect: policy.Blocks, Rule: policy.RuleCoverage, Reason: "it could not be judged; any coverage gap blocks"}},
		{"a gap that nobody can close", policy.Policy{}, gap(finding.GapUnpublished, ""),
			policy.Decision{Effect: policy.Reported, Rule: policy.RuleCoverage, Reason: "nobody publishes advisories for it, so that no database would help"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			// A finding that passes under every policy comes first, so that the index is not always 0.
			in := policy.Input{Subject: policy.Subject{Digests: []string{"sha256:a"}}, Findings: []finding.Finding{vulnerability(0, hidden), tt.finding}}
			got, clearance := policy.Judge(tt.policy, in)
			tt.want.Finding = 1
			if diff := cmp.Diff(tt.want, got.Decisions[1]); diff != "" {
				t.Errorf("Judge() (-want +got):\n%s", diff)
			}
			if blocks := tt.want.Effect == policy.Blocks; (got.Outcome == policy.Blocked) != blocks || len(got.Blocking()) > 0 != blocks {
				t.Errorf("Judge() = %s with %d that block", got.Outcome, len(got.Blocking()))
			}
			if allowed := clearance.Allows("sha256:a"); allowed != (got.Outcome == policy.Clean) {
				t.Errorf("Allows() = %t for the outcome %s", allowed, got.Outcome)
			}
			if clearance.Allows("sha256:b") || clearance.Allows("") {
				t.Error("the clearance allows what it does not name")
			}
		})
	}
}

func TestJudgeNothing(t *testing.T) {
	t.Parallel()
	got, _ := policy.Judge(policy.Policy{}, policy.Input{})
	if diff := cmp.Diff(policy.Verdict{Outcome: policy.Clean, Decisions: []policy.Decision{}, Notes: []policy.Note{}}, got); diff != "" {
		t.Errorf("Judge() (-want +got):\n%s", diff)
	}
}

func TestClearance(t *testing.T) {
	t.Parallel()
	digests := []string{"sha256:a", "sha256:b"}
	in := policy.Input{Subject: policy.Subject{Digests: digests}, Database: "xxh64:1", Now: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)}
	p := policy.Policy{FailOn: "high"}
	_, c := policy.Judge(p, in)
	digests[0] = "sha256:evil"
	c.Digests()[1] = "sha256:evil"
	if diff := cmp.Diff([]string{"sha256:a", "sha256:b"}, c.Digests()); diff != "" || c.Allows("sha256:evil") {
		t.Errorf("Digests() changed from outside (-want +got):\n%s", diff)
	}
	if c.Policy() != p.Digest() || c.Database() != in.Database || !c.Time().Equal(in.Now) {
		t.Errorf("the clearance is by %s and %s at %s", c.Policy(), c.Database(), c.Time())
	}
}

func TestNoClearanceWithoutDigest(t *testing.T) {
	t.Parallel()
	if v, c := policy.Judge(policy.Policy{}, policy.Input{}); v.Outcome != policy.Clean || c != nil {
		t.Errorf("Judge() = %v, %v, want clean and no clearance", v, c)
	}
	var zero policy.Clearance
	if zero.Allows("") || zero.Allows("sha256:a") {
		t.Error("the zero clearance allows something")
	}
}

func TestPolicyDigest(t *testing.T) {
	t.Parallel()
	// It is part of signed verdicts and may not change: the SHA-256 of {"coverage":"block","failOn":"any"}.
	const strictest = "sha256:b97a2c2cd445cc714de66186bbae7837a6d8724b6bb2714a3e92ce68b56a1d4a"
	if got := (policy.Policy{}).Digest(); got != strictest {
		t.Errorf("Digest() of the zero policy = %s, want %s", got, strictest)
	}
	if got := (policy.Policy{FailOn: policy.Any, Coverage: policy.ActionBlock}).Digest(); got != strictest {
		t.Errorf("Digest() of the same policy in words = %s, want %s", got, strictest)
	}
	seen := map[string]policy.Policy{}
	for _, p := range policies() {
		if other, ok := seen[p.Digest()]; ok {
			t.Errorf("%+v and %+v have the same digest", p, other)
		}
		seen[p.Digest()] = p
	}
}
