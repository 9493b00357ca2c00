package policy_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

// edited is a vulnerability of high severity in a package of Debian's, with a change.
func edited(change func(*finding.Finding)) finding.Finding {
	f := finding.Finding{
		Kind: finding.KindVulnerability, ID: "GHSA-1", Severity: finding.SeverityHigh, State: finding.Visible, Platform: "linux/amd64",
		Path: "/var/lib/dpkg/status", Layer: &finding.Layer{Index: 1},
		Vulnerability: &finding.Vulnerability{
			Package: finding.Package{Name: "openssl", Version: "3.0.9-1", Type: "deb", PURL: "pkg:deb/debian/openssl@3.0.9-1?arch=amd64"},
			Aliases: []string{"CVE-2026-1"}, Fix: finding.Fix{State: finding.FixNone},
		},
	}
	change(&f)
	return f
}

func fixedBy(versions ...finding.FixVersion) func(*finding.Finding) {
	return func(f *finding.Finding) {
		f.Vulnerability.Fix = finding.Fix{State: finding.FixFixed, Versions: versions}
	}
}

func unchanged(*finding.Finding) {}

func inBase(f *finding.Finding) { f.Layer.Base = true }

func wontFix(f *finding.Finding) { f.Vulnerability.Fix.State = finding.FixWontFix }

func TestRules(t *testing.T) {
	t.Parallel()
	fixed := fixedBy(finding.FixVersion{Version: "3.0.10-1"})
	never := func(change func(*policy.Policy)) policy.Policy {
		p := policy.Policy{FailOn: policy.Never}
		change(&p)
		return p
	}
	always := func(a policy.AlwaysBlock) policy.Policy { return policy.Policy{FailOn: policy.Never, AlwaysBlock: a} }
	tests := []struct {
		name    string
		policy  policy.Policy
		finding func(*finding.Finding)
		effect  policy.Effect
		rule    policy.Rule
		reason  string
	}{
		{"what has a fix, by its own limit", policy.Policy{FailOn: "critical", Limits: policy.Limits{Fixable: policy.Any}}, fixed,
			policy.Blocks, policy.RuleFailOn, "severity high; any vulnerability blocks, the limit of what has a fix"},
		{"what has no fix, by its own limit", policy.Policy{Limits: policy.Limits{Unfixable: "critical"}}, unchanged,
			policy.Tolerated, policy.RuleFailOn, "severity high is below critical, the limit of what has no fix"},
		{"what has a fix, with a limit for what has none", policy.Policy{Limits: policy.Limits{Unfixable: "critical"}}, fixed,
			policy.Blocks, policy.RuleFailOn, "severity high; any vulnerability blocks"},
		{"what its vendor will not fix", policy.Policy{Limits: policy.Limits{WontFix: policy.Never, Unfixable: "low"}}, wontFix,
			policy.Tolerated, policy.RuleFailOn, "severity high; no vulnerability blocks, the limit of what its vendor will not fix"},
		{"what its vendor may fix", policy.Policy{Limits: policy.Limits{WontFix: policy.Never, Unfixable: "low"}}, unchanged,
			policy.Blocks, policy.RuleFailOn, "severity high is at or above low, the limit of what has no fix"},
		{"of a distribution after its end", policy.Policy{Limits: policy.Limits{EndOfLife: "critical"}},
			func(f *finding.Finding) { f.Platform = "linux/arm64" },
			policy.Tolerated, policy.RuleFailOn, "severity high is below critical, the limit of what has reached its end of life"},
		{"of no distribution, after the end of one", policy.Policy{Limits: policy.Limits{EndOfLife: "critical"}},
			func(f *finding.Finding) { f.Platform, f.Vulnerability.Package.Type = "linux/arm64", "npm" },
			policy.Blocks, policy.RuleFailOn, "severity high; any vulnerability blocks"},
		{"in the base image", policy.Policy{Base: policy.Side{FailOn: "critical"}}, inBase,
			policy.Tolerated, policy.RuleFailOn, "severity high is below critical, the limit of what the base image brings"},
		{"not in the base image", policy.Policy{Base: policy.Side{FailOn: "critical"}}, unchanged,
			policy.Blocks, policy.RuleFailOn, "severity high; any vulnerability blocks"},
		{"of its own, by its own limit", policy.Policy{FailOn: policy.Never, Own: policy.Side{FailOn: "high"}}, unchanged,
			policy.Blocks, policy.RuleFailOn, "severity high is at or above high, the limit of what is not the base image's"},
		{"in no layer", policy.Policy{Base: policy.Side{FailOn: policy.Never}}, func(f *finding.Finding) { f.Layer = nil },
			policy.Blocks, policy.RuleFailOn, "severity high; any vulnerability blocks"},
		{"of unknown severity", policy.Policy{FailOn: "low", Limits: policy.Limits{Unknown: policy.ActionPass}},
			func(f *finding.Finding) { f.Severity = finding.SeverityUnknown },
			policy.Tolerated, policy.RuleFailOn, "severity unknown, which passes"},
		{"of unknown severity, where any blocks", policy.Policy{Limits: policy.Limits{Unknown: policy.ActionPass}},
			func(f *finding.Finding) { f.Severity = finding.SeverityUnknown },
			policy.Tolerated, policy.RuleFailOn, "severity unknown, which passes"},
		{"of unknown severity, on the other side", policy.Policy{FailOn: "low", Base: policy.Side{Limits: policy.Limits{Unknown: policy.ActionPass}}},
			func(f *finding.Finding) { f.Severity = finding.SeverityUnknown },
			policy.Blocks, policy.RuleFailOn, "severity unknown, which may be low or above"},
		{"of unknown severity, where none blocks", policy.Policy{FailOn: policy.Never}, func(f *finding.Finding) { f.Severity = finding.SeverityUnknown },
			policy.Tolerated, policy.RuleFailOn, "severity unknown; no vulnerability blocks"},

		{"known to be exploited", always(policy.AlwaysBlock{KnownExploited: true}),
			func(f *finding.Finding) {
				f.Vulnerability.KnownExploited = []finding.KnownExploited{{CVE: "CVE-2026-1"}}
			},
			policy.Blocks, policy.RuleAlways, "attackers use it (CVE-2026-1 is in CISA's catalogue), and that always blocks"},
		{"not known to be exploited", always(policy.AlwaysBlock{KnownExploited: true}), unchanged,
			policy.Tolerated, policy.RuleFailOn, "severity high; no vulnerability blocks"},
		{"likely to be exploited", always(policy.AlwaysBlock{EPSS: 0.5}),
			func(f *finding.Finding) { f.Vulnerability.EPSS = &finding.EPSS{Probability: 0.5} },
			policy.Blocks, policy.RuleAlways, "the probability of its exploitation, EPSS 0.5, is at or above 0.5"},
		{"less likely to be exploited", always(policy.AlwaysBlock{EPSS: 0.5}),
			func(f *finding.Finding) { f.Vulnerability.EPSS = &finding.EPSS{Probability: 0.49} },
			policy.Tolerated, policy.RuleFailOn, "severity high; no vulnerability blocks"},
		{"likely to be exploited, where that is not asked for", always(policy.AlwaysBlock{KnownExploited: true}),
			func(f *finding.Finding) { f.Vulnerability.EPSS = &finding.EPSS{Probability: 0.9} },
			policy.Tolerated, policy.RuleFailOn, "severity high; no vulnerability blocks"},
		{"by an alias", always(policy.AlwaysBlock{IDs: []string{"cve-2026-1"}}), unchanged,
			policy.Blocks, policy.RuleAlways, "the policy always blocks it"},
		{"by a package", always(policy.AlwaysBlock{Packages: []string{"pkg:deb/*/openssl"}}), unchanged,
			policy.Blocks, policy.RuleAlways, "the policy always blocks vulnerabilities of the package"},
		{"by another package", always(policy.AlwaysBlock{Packages: []string{"pkg:deb/*/open", "ssl"}}), unchanged,
			policy.Tolerated, policy.RuleFailOn, "severity high; no vulnerability blocks"},
		{"malware", policy.Policy{FailOn: policy.Never}, func(f *finding.Finding) { f.ID = "MAL-2026-1" },
			policy.Blocks, policy.RuleAlways, "the package is malware, which always blocks"},
		{"malware that passes", always(policy.AlwaysBlock{Malicious: policy.ActionPass}), func(f *finding.Finding) { f.ID = "MAL-2026-1" },
			policy.Tolerated, policy.RuleFailOn, "severity high; no vulnerability blocks"},

		{"shadowed, as always", policy.Policy{AlwaysBlock: policy.AlwaysBlock{IDs: []string{"GHSA-1"}}}, func(f *finding.Finding) { f.State = finding.Shadowed },
			policy.Reported, policy.RuleShadowed, "a later layer removed or replaced it, so that it does not run"},
		{"shadowed and judged", policy.Policy{Shadowed: policy.ActionBlock}, func(f *finding.Finding) { f.State = finding.Shadowed },
			policy.Blocks, policy.RuleFailOn, "severity high; any vulnerability blocks"},

		{"a gap that only warns", never(func(p *policy.Policy) {
			p.Gaps = map[finding.Gap]policy.Action{finding.GapEcosystem: policy.ActionWarn}
		}),
			func(f *finding.Finding) { *f = gap(finding.GapEcosystem, "") },
			policy.Tolerated, policy.RuleCoverage, "it could not be judged; coverage gaps only warn"},
		{"another gap", never(func(p *policy.Policy) {
			p.Gaps = map[finding.Gap]policy.Action{finding.GapEcosystem: policy.ActionWarn}
		}),
			func(f *finding.Finding) { *f = gap(finding.GapVersion, "") },
			policy.Blocks, policy.RuleCoverage, "it could not be judged; any coverage gap blocks"},
		{"a gap that is ignored", policy.Policy{Coverage: policy.ActionIgnore}, func(f *finding.Finding) { *f = gap(finding.GapVersion, "") },
			policy.Reported, policy.RuleCoverage, "it could not be judged; the policy ignores that"},
		{"a gap that nobody can close, by name", policy.Policy{Gaps: map[finding.Gap]policy.Action{finding.GapUnpublished: policy.ActionBlock}},
			func(f *finding.Finding) { *f = gap(finding.GapUnpublished, "") },
			policy.Blocks, policy.RuleCoverage, "it could not be judged; any coverage gap blocks"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v, _ := policy.Judge(tt.policy, policy.Input{Findings: []finding.Finding{edited(tt.finding)}, EndOfLife: []string{"linux/arm64"}})
			want := policy.Decision{Effect: tt.effect, Rule: tt.rule, Reason: tt.reason}
			if diff := cmp.Diff(want, v.Decisions[0]); diff != "" {
				t.Errorf("Judge() (-want +got):\n%s", diff)
			}
		})
	}
}

func TestIgnoresRule(t *testing.T) {
	t.Parallel()
	p := policy.Policy{Rules: policy.Rules{"LG-RUN-*": policy.ActionIgnore, "LG-RUN-001": policy.ActionBlock}}
	for id, want := range map[string]bool{"LG-RUN-006": true, "LG-RUN-001": false, "LG-K8S-001": false} {
		if got := p.IgnoresRule(id); got != want {
			t.Errorf("IgnoresRule(%s) = %t, want %t", id, got, want)
		}
	}
}

// The line of a decision is that of the rule that made it, or of the rule around it.
func TestLines(t *testing.T) {
	t.Parallel()
	at := func(n int) finding.Location { return finding.Location{File: "p.yaml", Line: n, EndLine: n} }
	p := policy.Policy{FailOn: "low", Limits: policy.Limits{Unfixable: "critical"}, AlwaysBlock: policy.AlwaysBlock{KnownExploited: true}}
	p.Source = policy.Source{File: "p.yaml", Lines: map[string]finding.Location{
		"fail-on": at(1), "fail-on.unfixable": at(2), "always-block": at(3), "always-block.known-exploited": at(4), "coverage": at(5),
	}}
	findings := []finding.Finding{
		edited(unchanged), edited(fixedBy()), gap(finding.GapVersion, ""),
		edited(func(f *finding.Finding) {
			f.Vulnerability.KnownExploited = []finding.KnownExploited{{CVE: "CVE-2026-1"}}
		}),
		edited(func(f *finding.Finding) { f.State = finding.Shadowed }),
	}
	v, _ := policy.Judge(p, policy.Input{Findings: findings})
	var got []int
	for _, d := range v.Decisions {
		n := 0
		if d.Where != nil {
			n = d.Where.Line
		}
		got = append(got, n)
	}
	if diff := cmp.Diff([]int{2, 1, 5, 4, 0}, got); diff != "" {
		t.Errorf("lines of the decisions (-want +got):\n%s", diff)
	}
}

func TestOverrides(t *testing.T) {
	t.Parallel()
	p := policy.Policy{
		FailOn: "low", Coverage: policy.ActionWarn, Gaps: map[finding.Gap]policy.Action{finding.GapVersion: policy.ActionBlock},
		Limits: policy.Limits{Unfixable: "critical", Unknown: policy.ActionPass}, Base: policy.Side{FailOn: policy.Never, Limits: policy.Limits{WontFix: "low"}},
	}
	if got := p.WithFailOn("high"); got.Overrides != nil {
		t.Errorf("Overrides = %q without a file", got.Overrides)
	}
	p.File = "p.yaml"
	got := p.WithFailOn("high").WithCoverage(policy.ActionBlock).WithOnlyFixed()
	unfixed := policy.Limits{Unfixable: policy.Never}
	want := policy.Policy{
		FailOn: "high", Coverage: policy.ActionBlock, Limits: policy.Limits{Unfixable: policy.Never, Unknown: policy.ActionPass},
		Base: policy.Side{Limits: unfixed}, Own: policy.Side{Limits: unfixed},
		Source: policy.Source{File: "p.yaml", Overrides: []string{"fail-on: high", "coverage: block", "only-fixed: true"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the policy with its overrides (-want +got):\n%s", diff)
	}
}

// The digest tells what a policy decides, and neither where it is written nor in which order.
func TestDigestIsCanonical(t *testing.T) {
	t.Parallel()
	a, b := exception("CVE-1"), exception("CVE-2")
	a.Paths = []string{"/b", "/a"}
	one := policy.Policy{Exceptions: []policy.Exception{a, b}, AlwaysBlock: policy.AlwaysBlock{IDs: []string{"B", "A"}}, Source: policy.Source{File: "p.yaml"}}
	a.Paths = []string{"/a", "/b"}
	a.Where = &finding.Location{File: "q.yaml", Line: 3, EndLine: 3}
	two := policy.Policy{
		Exceptions: []policy.Exception{b, a}, AlwaysBlock: policy.AlwaysBlock{IDs: []string{"A", "B", "A"}, Malicious: policy.ActionBlock},
		Limits: policy.Limits{Unknown: policy.ActionBlock}, Shadowed: policy.ActionReport, MaxException: policy.DefaultMaxException,
		Gaps: map[finding.Gap]policy.Action{finding.GapVersion: policy.ActionBlock},
	}
	if one.Digest() != two.Digest() {
		t.Error("two spellings of the same policy have different digests")
	}
	if a.Paths = nil; one.Digest() == (policy.Policy{Exceptions: []policy.Exception{a, b}, AlwaysBlock: one.AlwaysBlock}).Digest() {
		t.Error("an exception for more paths has the same digest")
	}
	if !strings.HasPrefix(one.Digest(), "sha256:") || one.Exceptions[0].Paths[0] != "/b" {
		t.Errorf("Digest() = %s, and changed the policy to %+v", one.Digest(), one)
	}
}

// What a precondition does not meet blocks whatever the thresholds and the baseline say, unless the policy names its rule.
func TestPreconditions(t *testing.T) {
	t.Parallel()
	failed := finding.Finding{Kind: finding.KindCheck, ID: "LG-REQ-001", Severity: finding.SeverityHigh, Baseline: finding.BaselineUnchanged, Check: &finding.Check{}}
	tests := []struct {
		name   string
		policy policy.Policy
		want   policy.Decision
	}{
		{"no threshold", policy.Policy{FailOn: policy.Never}, policy.Decision{Effect: policy.Blocks, Rule: policy.RuleRequire}},
		{"only what is new", policy.Policy{GateOn: policy.GateOnNew}, policy.Decision{Effect: policy.Blocks, Rule: policy.RuleRequire}},
		{"a rule of its own", policy.Policy{Rules: policy.Rules{"LG-REQ-*": policy.ActionWarn}}, policy.Decision{Effect: policy.Tolerated, Rule: policy.RuleRules}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			v, _ := policy.Judge(test.policy, policy.Input{Findings: []finding.Finding{failed}})
			if got := v.Decisions[0]; got.Effect != test.want.Effect || got.Rule != test.want.Rule {
				t.Errorf("Judge() = %s by %s, want %s by %s", got.Effect, got.Rule, test.want.Effect, test.want.Rule)
			}
		})
	}
	floor := policy.Policy{Locks: []policy.Rule{policy.RuleRequire}}
	loose := policy.Policy{Rules: policy.Rules{"LG-REQ-*": policy.ActionIgnore}, Source: policy.Source{Floor: &floor}}
	if len(loose.Loosened()) == 0 {
		t.Error("Loosened() is empty for a policy that ignores LG-REQ-*, where require is locked")
	}
}

// What always blocks is looked for although other keys ignore it.
func TestWhatAlwaysBlocksIsNotIgnored(t *testing.T) {
	t.Parallel()
	p := policy.Policy{Secrets: policy.ActionIgnore, Rules: policy.Rules{"LG-RUN-*": policy.ActionIgnore}}
	if !p.IgnoresSecrets() || !p.IgnoresRule("LG-RUN-001") {
		t.Error("a policy that ignores secrets and rules does not say so")
	}
	p.AlwaysBlock.IDs = []string{"lg-sec-001", "LG-RUN-001"}
	if p.IgnoresSecrets() || p.IgnoresRule("LG-RUN-001") || !p.IgnoresRule("LG-RUN-002") {
		t.Error("what always blocks is ignored, or what does not is not")
	}
}
