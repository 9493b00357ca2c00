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
	rule := func(id string) func(*policy.Policy) {
		return func(p *policy.Policy) { p.Rules = policy.Rules{id: policy.ActionWarn} }
	}
	warned := rule("LG-IMG-*")
	const provenance = "https://slsa.dev/provenance/v1"
	attested := policy.Policy{Require: []policy.Requirement{"attestation=" + provenance}, Attesters: []policy.Attester{{Type: provenance, Key: proof("", "a").Key}}}
	attesting := func(predicate, key string) func(*policy.Policy) {
		return func(p *policy.Policy) {
			p.Attesters = append(slices.Clone(p.Attesters), policy.Attester{Type: predicate, Key: proof("", key).Key})
		}
	}
	tests := []struct {
		name string
		p    policy.Policy
		want []policy.Rule
	}{
		{name: "rules", p: locking(policy.Policy{}, policy.RuleRules, warned), want: []policy.Rule{policy.RuleRules}},
		{name: "rules in place of locked secrets", p: locking(policy.Policy{}, policy.RuleSecrets, rule("LG-SEC-*")), want: []policy.Rule{policy.RuleRules}},
		{name: "rules in place of a locked fail-on", p: locking(policy.Policy{}, policy.RuleFailOn, warned), want: []policy.Rule{policy.RuleRules}},
		{name: "checks in place of a locked fail-on", p: locking(policy.Policy{}, policy.RuleFailOn, func(p *policy.Policy) { p.Checks.Own = policy.Never }), want: []policy.Rule{policy.RuleChecks}},
		{name: "fail-on in place of locked checks", p: locking(policy.Policy{}, policy.RuleChecks, func(p *policy.Policy) { p.FailOn = "high" }), want: []policy.Rule{policy.RuleFailOn}},
		{name: "fail-on beside locked checks", p: locking(policy.Policy{Checks: policy.Checks{Severity: "low"}}, policy.RuleChecks, func(p *policy.Policy) { p.FailOn = "high" })},
		{name: "secrets", p: locking(policy.Policy{}, policy.RuleSecrets, func(p *policy.Policy) { p.Secrets = policy.ActionIgnore }), want: []policy.Rule{policy.RuleSecrets}},
		{name: "licenses", p: locking(policy.Policy{Licenses: policy.Licenses{LicenseSide: policy.LicenseSide{Deny: []string{"GPL-*"}}}}, policy.RuleLicenses,
			func(p *policy.Policy) { p.Licenses = policy.Licenses{} }), want: []policy.Rule{policy.RuleLicenses, policy.RuleLicenses}},
		{name: "rules of something else than locked secrets", p: locking(policy.Policy{}, policy.RuleSecrets, warned)},
		{name: "rules of what a locked fail-on lets pass", p: locking(policy.Policy{FailOn: policy.Never, Rules: policy.Rules{"LG-IMG-*": policy.ActionBlock}}, policy.RuleFailOn, warned)},
		{name: "what does not run, beside a locked fail-on that does not judge it", p: locking(policy.Policy{}, policy.RuleFailOn, func(p *policy.Policy) { p.Shadowed = policy.ActionIgnore })},
		{name: "VEX in place of locked exceptions", p: locking(policy.Policy{}, policy.RuleExceptions, func(p *policy.Policy) { p.VEX.Trust = []policy.Trusted{{Author: "us"}} }), want: []policy.Rule{policy.RuleVEX}},
		{name: "the time of locked exceptions", p: locking(policy.Policy{}, policy.RuleExceptions, func(p *policy.Policy) { p.MaxException = 999 }), want: []policy.Rule{policy.RuleMaxException}},
		{name: "an exception beside a locked fail-on", p: locking(policy.Policy{}, policy.RuleFailOn, func(p *policy.Policy) { p.Exceptions = []policy.Exception{exception("A")} })},
		{name: "an attester of what is required and locked", p: locking(attested, policy.RuleRequire, attesting(provenance, "b")), want: []policy.Rule{policy.RuleAttesters}},
		{name: "an attester of everything", p: locking(attested, policy.RuleRequire, attesting("", "b")), want: []policy.Rule{policy.RuleAttesters}},
		{name: "an attester of a type by its short name", p: locking(attested, policy.RuleRequire, attesting("slsaprovenance1", "b")), want: []policy.Rule{policy.RuleAttesters}},
		{name: "an attester of something else", p: locking(attested, policy.RuleRequire, attesting("spdx", "b"))},
		{name: "the same attester once more", p: locking(attested, policy.RuleRequire, attesting("", "a"))},
		{name: "an attester where nobody is named", p: locking(policy.Policy{Require: attested.Require}, policy.RuleRequire, attesting(provenance, "b"))},
		{name: "an attester where no attestation is required", p: locking(policy.Policy{Require: []policy.Requirement{"junit"}, Attesters: attested.Attesters}, policy.RuleRequire, attesting("", "b"))},
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

// Whatever a rule blocks, a policy that lets it pass is refused where the rule is locked, whichever key lets it pass. Exceptions and VEX
// statements accept single findings, and have locks of their own.
func TestALockHoldsAgainstEveryKey(t *testing.T) {
	t.Parallel()
	floor := policy.Policy{
		Shadowed: policy.ActionBlock, AllowedBases: []policy.AllowedBase{{Image: "debian"}}, AllowedImages: []policy.ImagePattern{"debian"}, MaxBaseAge: 1, MaxImageAge: 1,
		Labels: []policy.Label{{Name: "a"}}, Require: []policy.Requirement{"junit"}, Rules: policy.Rules{"LG-IMG-001": policy.ActionBlock},
		Licenses: policy.Licenses{LicenseSide: policy.LicenseSide{Deny: []string{"GPL-*"}}}, AlwaysBlock: policy.AlwaysBlock{KnownExploited: true},
	}
	rules := func(id string) func(*policy.Policy) {
		return func(p *policy.Policy) { p.Rules = policy.Rules{id: policy.ActionIgnore} }
	}
	changes := map[string]func(*policy.Policy){
		"fail-on": func(p *policy.Policy) { p.FailOn = policy.Never }, "always-block": func(p *policy.Policy) { p.AlwaysBlock = policy.AlwaysBlock{} },
		"checks": func(p *policy.Policy) { p.Checks.Severity = policy.Never }, "secrets": func(p *policy.Policy) { p.Secrets = policy.ActionWarn },
		"rules": rules("LG-*"), "rules for secrets": rules("LG-SEC-*"), "rules for preconditions": rules("LG-REQ-*"), "rules for labels": rules(finding.RuleLabelMissing),
		"licenses": func(p *policy.Policy) { p.Licenses = policy.Licenses{} }, "allowed-bases": func(p *policy.Policy) { p.AllowedBases = nil }, "allowed-images": func(p *policy.Policy) { p.AllowedImages = nil },
		"max-base-age": func(p *policy.Policy) { p.MaxBaseAge = 0 }, "max-image-age": func(p *policy.Policy) { p.MaxImageAge = 0 }, "labels": func(p *policy.Policy) { p.Labels = nil },
		"coverage": func(p *policy.Policy) { p.Coverage = policy.ActionWarn }, "shadowed": func(p *policy.Policy) { p.Shadowed = "" }, "gate-on": func(p *policy.Policy) { p.GateOn = policy.GateOnNew },
		"grace": func(p *policy.Policy) { p.Grace = policy.Grace{finding.SeverityHigh: 3000} },
	}
	known := vulnerability(finding.SeverityHigh, finding.Visible)
	known.Vulnerability.Published = "2026-01-01"
	hidden := vulnerability(finding.SeverityHigh, finding.Shadowed)
	exploited := vulnerability(finding.SeverityHigh, finding.Shadowed)
	exploited.Vulnerability.KnownExploited = []finding.KnownExploited{{CVE: "CVE-1"}}
	findings := []finding.Finding{
		known, hidden, exploited, {Kind: finding.KindCoverage, ID: string(finding.GapUnreadableFile)}, {Kind: finding.KindCoverage, ID: string(finding.GapUnreadableFile), State: finding.Shadowed},
		{Kind: finding.KindSecret, ID: "LG-SEC-001"},
	}
	for _, id := range []string{"LG-IMG-001", "LG-IMG-002", "LG-REQ-001", finding.RuleLicenseDenied, finding.RuleBaseNotAllowed, finding.RuleImageNotAllowed, finding.RuleBaseTooOld, finding.RuleImageTooOld, finding.RuleLabelMissing} {
		findings = append(findings, finding.Finding{Kind: finding.KindCheck, ID: id, Severity: finding.SeverityHigh, Check: &finding.Check{}})
	}
	for i := range findings {
		findings[i].Baseline = finding.BaselineUnchanged
	}
	before := judgedToday(floor, findings)
	for name, change := range changes {
		changed := floor
		change(&changed)
		after := judgedToday(changed, findings)
		for i, d := range before.Decisions {
			if d.Effect != policy.Blocks {
				t.Fatalf("%s: %+v, want it blocked", findings[i].ID, d)
			}
			if after.Decisions[i].Effect == policy.Blocks {
				continue
			}
			locked := floor
			locked.Locks = []policy.Rule{d.Rule}
			changed.Floor = &locked
			if got := changed.Loosened(); len(got) == 0 || got[0].Locked != d.Rule {
				t.Errorf("%s lets %s pass, which %s blocks: Loosened() = %+v, want %s as what is locked", name, findings[i].ID, d.Rule, got, d.Rule)
			}
		}
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
