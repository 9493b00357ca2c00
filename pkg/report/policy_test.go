package report

import (
	"testing"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

func TestPolicyLine(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		policy policy.Policy
		want   string
	}{
		{"nothing said", policy.Policy{}, "blocks any vulnerability"},
		{"nothing blocks", policy.Policy{FailOn: policy.Never}, "blocks no vulnerability"},
		{"by severity", policy.Policy{FailOn: "high"}, "blocks vulnerabilities of severity high and above"},
		{"apart for what has a fix", policy.Policy{Limits: policy.Limits{Fixable: policy.Any, Unfixable: "critical"}}, "blocks vulnerabilities: any with a fix, critical without a fix"},
		{"apart for what will not be fixed", policy.Policy{Limits: policy.Limits{WontFix: policy.Never, EndOfLife: "high"}},
			"blocks vulnerabilities: any with a fix, any without a fix, none that will not be fixed, high and above of a distribution after its end of life"},
		{"apart for the base image", policy.Policy{Base: policy.Side{FailOn: "critical"}}, "blocks vulnerabilities in the base image: critical; elsewhere: any"},
		{"unknown severities", policy.Policy{Base: policy.Side{Limits: policy.Limits{Unknown: policy.ActionPass}}}, "blocks any vulnerability; unknown severities pass in the base image"},
		{"always", policy.Policy{AlwaysBlock: policy.AlwaysBlock{KnownExploited: true, EPSS: 0.5, IDs: []string{"A"}, Packages: []string{"b", "c"}, Malicious: policy.ActionPass}},
			"blocks any vulnerability; always what attackers are known to use, EPSS from 0.5 on, 1 identifier and 2 packages; malware is judged by its severity"},
		{"checks and secrets", policy.Policy{Checks: policy.Checks{Severity: "high"}, Secrets: policy.ActionWarn},
			"blocks any vulnerability; failed checks of severity high and above; secrets only warn"},
		{"checks of the base image", policy.Policy{Checks: policy.Checks{Base: policy.Never}}, "blocks any vulnerability; failed checks in the base image: none; elsewhere: any"},
		{"rules", policy.Policy{Rules: policy.Rules{"LG-IMG-001": policy.ActionBlock, "LG-IMG-*": policy.ActionWarn, "LG-A": policy.ActionIgnore, "LG-B": policy.ActionIgnore}},
			"blocks any vulnerability; LG-IMG-001 blocks; LG-IMG-* only warns; LG-A and LG-B are ignored"},
		{"licences", policy.Policy{Licenses: policy.Licenses{LicenseSide: policy.LicenseSide{Deny: []string{"A", "B", "C", "D", "E", "F"}, Unknown: policy.ActionWarn}, Base: policy.LicenseSide{Deny: []string{"G"}}}},
			"blocks any vulnerability; denies the licences A, B, C, D and 2 more; unknown licences only warn; denies the licence G in the base image"},
		{"bases, ages and labels", policy.Policy{AllowedBases: []policy.AllowedBase{{Image: "a"}}, MaxBaseAge: 1, MaxImageAge: 30, Labels: []policy.Label{{Name: "A"}, {Name: "B"}}},
			"blocks any vulnerability; allows 1 pattern of base images; allows base images of at most 1 day; allows images of at most 30 days; asks for the labels A and B"},
		{"bases that have to be proven", policy.Policy{AllowedBases: []policy.AllowedBase{{Image: "a"}, {Image: "b", Proven: policy.Proof{Key: "k"}}}},
			"blocks any vulnerability; allows 2 patterns of base images, 1 of which has to be proven"},
		{"all else", policy.Policy{
			Coverage: policy.ActionIgnore, Shadowed: policy.ActionBlock, Grace: policy.Grace{finding.SeverityHigh: 14, finding.SeverityCritical: 1}, GateOn: policy.GateOnNew,
			VEX: policy.VEX{Trust: []policy.Trusted{{Author: "us"}}}, Exceptions: make([]policy.Exception, 2),
			Source: policy.Source{File: "p.yaml", Overrides: []string{"coverage: ignore"}},
		}, "blocks any vulnerability; coverage gaps are ignored; what a later layer hides counts as well; grace: critical 1 day, high 14 days; " +
			"only what is new with the change blocks; VEX of 1 author counts; 2 exceptions; by p.yaml, but for inputs: coverage: ignore"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := (&Report{Policy: tt.policy}).policyLine(); got != tt.want {
				t.Errorf("policyLine() = %q, want %q", got, tt.want)
			}
		})
	}
}

// What is accepted is listed once.
func TestAcceptedIsListedOnce(t *testing.T) {
	t.Parallel()
	never := vulnerable("CVE-1", finding.SeverityHigh, 7, aptLayer, debian("bash", "5.2"))
	third := vulnerable("CVE-3", finding.SeverityHigh, 7, aptLayer, debian("apt", "2"))
	r := base(baseLayer, aptLayer)
	r.Policy.Exceptions = []policy.Exception{{ID: "CVE-3", Reason: "r", Owner: "o", Until: policy.UntilFixed}}
	r = judge(r, policy.Any, never, third)
	for _, l := range vulnerabilityKind().listings {
		for _, g := range r.listed(l) {
			for _, f := range g.findings {
				if f.ID == "CVE-3" {
					t.Errorf("%s lists %s, which is accepted in writing", l.title, f.ID)
				}
			}
		}
	}
	if got := r.accepted(); len(got) != 1 || got[0].id != "CVE-3" {
		t.Errorf("accepted() = %+v, want CVE-3", got)
	}
}
