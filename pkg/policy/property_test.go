package policy_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

// policies lists every policy there is, each once.
func policies() []policy.Policy {
	var out []policy.Policy
	for _, t := range policy.Thresholds() {
		for _, c := range []policy.Action{policy.ActionBlock, policy.ActionWarn} {
			out = append(out, policy.Policy{FailOn: t, Coverage: c})
		}
	}
	return out
}

// filePolicies are policies as files have them: each of them with exceptions, grace and limits apart.
func filePolicies() []policy.Policy {
	var out []policy.Policy
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 7))
		threshold := func() policy.Threshold {
			return append([]policy.Threshold{""}, policy.Thresholds()...)[r.IntN(len(policy.Thresholds())+1)]
		}
		p := policy.Policy{
			FailOn: threshold(), Coverage: []policy.Action{"", policy.ActionWarn, policy.ActionIgnore}[r.IntN(3)],
			Limits:   policy.Limits{Fixable: threshold(), Unfixable: threshold(), WontFix: threshold(), Unknown: []policy.Action{"", policy.ActionPass}[r.IntN(2)]},
			Base:     policy.Side{FailOn: threshold(), Limits: policy.Limits{Unfixable: threshold()}},
			Shadowed: []policy.Action{"", policy.ActionBlock}[r.IntN(2)],
			Grace:    policy.Grace{finding.SeverityHigh: r.IntN(3) * 10},
			GateOn:   []policy.GateOn{"", policy.GateOnAll, policy.GateOnNew}[r.IntN(3)],
			Checks:   policy.Checks{Severity: threshold(), Base: threshold()}, Secrets: action(r), Rules: someRules(r),
			Licenses: policy.Licenses{LicenseSide: policy.LicenseSide{Deny: someLicenses(r), Unknown: action(r)}, Base: policy.LicenseSide{Deny: someLicenses(r)}},
		}
		for range r.IntN(4) {
			p.Exceptions = append(p.Exceptions, someException(r))
		}
		out = append(out, p)
	}
	return out
}

// action is one that a policy may take, or none.
func action(r *rand.Rand) policy.Action {
	return []policy.Action{"", policy.ActionBlock, policy.ActionWarn, policy.ActionIgnore}[r.IntN(4)]
}

// someRules are about some of someFindings.
func someRules(r *rand.Rand) policy.Rules {
	out := policy.Rules{}
	for _, key := range []string{"LG-*", "LG-IMG-*", "LG-IMG-001", "LG-SEC-001", "LG-LIC-*", finding.RuleLicenseDenied} {
		if a := action(r); a != "" && r.IntN(3) == 0 {
			out[key] = a
		}
	}
	return out
}

// someLicenses are patterns that deny some of someFindings.
func someLicenses(r *rand.Rand) []string {
	return [][]string{nil, {"GPL-*"}, {"MIT"}, {"GPL-*", "AGPL-3.0-only"}}[r.IntN(4)]
}

// someCheck is a failed check or a secret.
func someCheck(r *rand.Rand) finding.Finding {
	f := finding.Finding{
		Kind: finding.KindCheck, ID: []string{"LG-IMG-001", "LG-IMG-002", "LG-MAN-001", finding.RuleLicenseDenied, finding.RuleLicenseUnknown}[r.IntN(5)],
		Severity: finding.Severities()[r.IntN(6)], State: []finding.State{finding.Visible, finding.Shadowed}[r.IntN(2)],
		Layer: &finding.Layer{Index: 1, Base: r.IntN(2) == 0}, Baseline: append(finding.BaselineStates(), "")[r.IntN(4)], Check: &finding.Check{},
	}
	switch {
	case f.ID == finding.RuleLicenseDenied:
		f.Check.Licenses = [][]string{{"GPL-3.0-only"}, {"MIT OR GPL-2.0-only"}, {"MIT AND AGPL-3.0-only"}, {"Apache-2.0"}}[r.IntN(4)]
	case r.IntN(3) == 0:
		f.Kind, f.ID = finding.KindSecret, []string{"LG-SEC-001", "LG-SEC-002"}[r.IntN(2)]
	}
	return f
}

// someException covers some of someFindings.
func someException(r *rand.Rand) policy.Exception {
	e := exception([]string{"GHSA-1", "CVE-2026-1", "CVE-2026-2", string(finding.GapVersion), "LG-IMG-001", "LG-SEC-001", finding.RuleLicenseDenied}[r.IntN(7)])
	e.Expires = []string{"2026-12-31", "2026-11-25", "2026-11-01", "2028-01-01"}[r.IntN(4)]
	e.Until = []string{"", policy.UntilFixed}[r.IntN(2)]
	e.Layer = []string{"", "", "base", "own"}[r.IntN(4)]
	return e
}

// someFindings are findings that differ in what files speak of.
func someFindings(r *rand.Rand) []finding.Finding {
	var out []finding.Finding
	for range 1 + r.IntN(6) {
		f := edited(func(f *finding.Finding) {
			f.Severity = finding.Severities()[r.IntN(6)]
			f.ID = []string{"GHSA-1", "CVE-2026-2", "MAL-1"}[r.IntN(3)]
			f.State = []finding.State{finding.Visible, finding.Shadowed}[r.IntN(2)]
			f.Layer.Base = r.IntN(2) == 0
			f.Baseline = append(finding.BaselineStates(), "")[r.IntN(4)]
			if r.IntN(4) == 0 {
				f.Vulnerability.KnownExploited = []finding.KnownExploited{{CVE: "CVE-2026-1"}}
			}
			f.Vulnerability.Published = []string{"", "2026-11-20", "2026-01-01"}[r.IntN(3)]
			if r.IntN(2) == 0 {
				fixedBy(finding.FixVersion{Version: "3.0.10-1", Date: "2026-11-20"})(f)
			}
		})
		if r.IntN(3) == 0 {
			f = someCheck(r)
		}
		if r.IntN(5) == 0 {
			f = gap(finding.GapVersion, "")
			f.Baseline = append(finding.BaselineStates(), "")[r.IntN(4)]
		}
		out = append(out, f)
	}
	return out
}

func judgedToday(p policy.Policy, findings []finding.Finding) policy.Verdict {
	v, _ := policy.Judge(p, policy.Input{Findings: findings, Now: today})
	return v
}

// forFilePolicies calls try with policies of files and findings, the same in each run.
func forFilePolicies(try func(p policy.Policy, findings []finding.Finding, r *rand.Rand)) {
	for _, p := range filePolicies() {
		for seed := range uint64(30) {
			r := rand.New(rand.NewPCG(seed, 8))
			try(p, someFindings(r), r)
		}
	}
}

// Under any policy, what a finding comes to depends on no other finding.
func TestFindingsAreJudgedByThemselves(t *testing.T) {
	t.Parallel()
	forFilePolicies(func(p policy.Policy, findings []finding.Finding, _ *rand.Rand) {
		all := judgedToday(p, findings)
		for i, f := range findings {
			one := judgedToday(p, []finding.Finding{f}).Decisions[0]
			one.Finding = i
			if diff := cmp.Diff(one, all.Decisions[i]); diff != "" {
				t.Errorf("%+v decides otherwise about %+v among others (-alone +among):\n%s", p, f, diff)
			}
		}
	})
}

// An exception more, wherever it stands, never makes anything block.
func TestAnotherExceptionNeverBlocks(t *testing.T) {
	t.Parallel()
	waived := 0
	forFilePolicies(func(p policy.Policy, findings []finding.Finding, r *rand.Rand) {
		before := judgedToday(p, findings)
		p.Exceptions = slices.Insert(slices.Clone(p.Exceptions), r.IntN(len(p.Exceptions)+1), someException(r))
		after := judgedToday(p, findings)
		for i := range findings {
			was, is := before.Decisions[i].Effect, after.Decisions[i].Effect
			if was != policy.Blocks && is == policy.Blocks {
				t.Errorf("%+v blocks %+v, which passed without one of the exceptions", p, findings[i])
			}
			if was == policy.Blocks && is == policy.Waived {
				waived++
			}
		}
	})
	if waived == 0 {
		t.Error("no exception waived anything, so that nothing was tried")
	}
}

// A rule that is tightened, one at a time, never lets pass what blocked.
func TestTighteningARuleNeverLoosens(t *testing.T) {
	t.Parallel()
	tighten := map[string]func(*policy.Policy){
		"no exceptions":      func(p *policy.Policy) { p.Exceptions = nil },
		"shorter exceptions": func(p *policy.Policy) { p.MaxException = 10 },
		"no grace":           func(p *policy.Policy) { p.Grace = nil },
		"coverage":           func(p *policy.Policy) { p.Coverage = policy.ActionBlock },
		"shadowed":           func(p *policy.Policy) { p.Shadowed = policy.ActionBlock },
		"unknown":            func(p *policy.Policy) { p.Limits.Unknown = policy.ActionBlock },
		"fixable":            func(p *policy.Policy) { p.Limits.Fixable = policy.Any },
		"unfixable":          func(p *policy.Policy) { p.Limits.Unfixable = policy.Any },
		"base": func(p *policy.Policy) {
			p.Base.FailOn, p.Base.Limits = policy.Any, policy.Limits{Unfixable: policy.Any}
		},
		"always an id":           func(p *policy.Policy) { p.AlwaysBlock.IDs = []string{"GHSA-1"} },
		"always a package":       func(p *policy.Policy) { p.AlwaysBlock.Packages = []string{"openssl"} },
		"known to be exploited":  func(p *policy.Policy) { p.AlwaysBlock.KnownExploited = true },
		"checks":                 func(p *policy.Policy) { p.Checks = policy.Checks{Severity: policy.Any} },
		"secrets":                func(p *policy.Policy) { p.Secrets = policy.ActionBlock },
		"all rules block":        func(p *policy.Policy) { p.Rules = policy.Rules{"LG-*": policy.ActionBlock} },
		"one rule blocks":        func(p *policy.Policy) { p.Rules = withRule(p.Rules, "LG-IMG-001", policy.ActionBlock) },
		"a secret's rule blocks": func(p *policy.Policy) { p.Rules = withRule(p.Rules, "LG-SEC-001", policy.ActionBlock) },
		"more licences denied":   func(p *policy.Policy) { p.Licenses.Own.Deny = []string{"Apache-2.0", "MIT"} },
		"unknown licences": func(p *policy.Policy) {
			p.Licenses.Unknown, p.Licenses.Base.Unknown = policy.ActionBlock, policy.ActionBlock
		},
		"gate on all":            func(p *policy.Policy) { p.GateOn = policy.GateOnAll },
		"likely to be exploited": func(p *policy.Policy) { p.AlwaysBlock.EPSS = 0.1 },
	}
	forFilePolicies(func(p policy.Policy, findings []finding.Finding, _ *rand.Rand) {
		before := judgedToday(p, findings)
		for name, change := range tighten {
			tight := p
			change(&tight)
			for i, d := range judgedToday(tight, findings).Decisions {
				if before.Decisions[i].Effect == policy.Blocks && d.Effect != policy.Blocks {
					t.Errorf("%s: %+v lets %+v pass", name, tight, findings[i])
				}
			}
		}
	})
}

// withRule is the rules with one more.
func withRule(rules policy.Rules, key string, a policy.Action) policy.Rules {
	out := maps.Clone(rules)
	out[key] = a
	return out
}

// A baseline lets pass only what was there before and is neither known to be exploited nor always blocked, and only where the
// policy says so; otherwise it changes no decision.
func TestBaselineLetsPassOnlyWhatWasThere(t *testing.T) {
	t.Parallel()
	passed := 0
	forFilePolicies(func(p policy.Policy, findings []finding.Finding, _ *rand.Rand) {
		all := p
		all.GateOn = ""
		without := slices.Clone(findings)
		for i := range without {
			without[i].Baseline = ""
		}
		before, after, plain := judgedToday(all, findings), judgedToday(p, findings), judgedToday(all, without)
		if diff := cmp.Diff(plain, before); diff != "" {
			t.Errorf("%+v decides by the baseline (-without +with):\n%s", all, diff)
		}
		for i, f := range findings {
			was, is := before.Decisions[i], after.Decisions[i]
			if is.Rule != policy.RuleBaseline {
				if diff := cmp.Diff(was, is); diff != "" {
					t.Errorf("%+v decides otherwise about %+v, and not by the baseline (-all +new):\n%s", p, f, diff)
				}
				continue
			}
			passed++
			exploited := f.Vulnerability != nil && len(f.Vulnerability.KnownExploited) > 0
			there := f.Baseline == finding.BaselineUnchanged || f.Baseline == finding.BaselineNewlyKnown
			if p.GateOn != policy.GateOnNew || !there || exploited || was.Rule == policy.RuleAlways || is.Effect != policy.Tolerated {
				t.Errorf("%+v lets %+v pass by the baseline: %+v, and without it %+v", p, f, is, was)
			}
		}
	})
	if passed == 0 {
		t.Error("nothing passed by the baseline, so that nothing was tried")
	}
}

// everyFinding lists a finding of each kind, severity, state and gap.
func everyFinding() []finding.Finding {
	out := []finding.Finding{{Kind: "opinion"}}
	for _, state := range []finding.State{finding.Visible, finding.Shadowed, "", "elsewhere"} {
		for _, s := range finding.Severities() {
			out = append(out, vulnerability(s, state), check(s, state), secret(s, state))
		}
		for _, g := range finding.Gaps() {
			out = append(out, gap(g, state))
		}
	}
	return out
}

// forRandomFindings calls try with many choices of findings, the same in each run.
func forRandomFindings(try func(findings []finding.Finding, r *rand.Rand)) {
	all := everyFinding()
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		var findings []finding.Finding
		for range r.IntN(6) {
			findings = append(findings, all[r.IntN(len(all))])
		}
		try(findings, r)
	}
}

func outcome(p policy.Policy, findings []finding.Finding) policy.Outcome {
	v, _ := policy.Judge(p, policy.Input{Findings: findings})
	return v.Outcome
}

// Every finding has exactly one decision, which says what it does by which rule and why.
func TestEveryFindingIsDecided(t *testing.T) {
	t.Parallel()
	findings := everyFinding()
	for _, p := range policies() {
		v, _ := policy.Judge(p, policy.Input{Findings: findings})
		if len(v.Decisions) != len(findings) {
			t.Fatalf("%+v decides about %d of %d findings", p, len(v.Decisions), len(findings))
		}
		for i, d := range v.Decisions {
			if d.Finding != i || !slices.Contains(policy.Effects(), d.Effect) || d.Rule == "" || d.Reason == "" {
				t.Errorf("%+v: decision %d is %+v", p, i, d)
			}
		}
	}
}

func TestAnotherFindingNeverClears(t *testing.T) {
	t.Parallel()
	forRandomFindings(func(findings []finding.Finding, r *rand.Rand) {
		all := everyFinding()
		more := slices.Insert(slices.Clone(findings), r.IntN(len(findings)+1), all[r.IntN(len(all))])
		for _, p := range policies() {
			if outcome(p, findings) == policy.Blocked && outcome(p, more) == policy.Clean {
				t.Errorf("%+v: another finding clears %+v", p, findings)
			}
		}
	})
}

func TestOrderDoesNotMatter(t *testing.T) {
	t.Parallel()
	forRandomFindings(func(findings []finding.Finding, r *rand.Rand) {
		order := r.Perm(len(findings))
		shuffled := make([]finding.Finding, len(findings))
		for i, k := range order {
			shuffled[k] = findings[i]
		}
		for _, p := range policies() {
			first, _ := policy.Judge(p, policy.Input{Findings: findings})
			second, _ := policy.Judge(p, policy.Input{Findings: shuffled})
			back := policy.Verdict{Outcome: second.Outcome, Notes: second.Notes, Decisions: make([]policy.Decision, len(findings))}
			for i, k := range order {
				back.Decisions[i] = second.Decisions[k]
				back.Decisions[i].Finding = i
			}
			if diff := cmp.Diff(first, back); diff != "" {
				t.Errorf("%+v decides otherwise in another order (-first +second):\n%s", p, diff)
			}
		}
	})
}

// A policy that is stricter in one choice, or left open there, blocks whatever the other one blocks.
func TestTighteningNeverLoosens(t *testing.T) {
	t.Parallel()
	thresholds := append([]policy.Threshold{""}, policy.Thresholds()...)
	choices := []policy.Action{"", policy.ActionBlock, policy.ActionWarn}
	for _, f := range everyFinding() {
		for i, tight := range thresholds {
			for _, loose := range thresholds[i:] {
				for k, block := range choices {
					for _, warn := range choices[k:] {
						strict, lax := policy.Policy{FailOn: tight, Coverage: block}, policy.Policy{FailOn: loose, Coverage: warn}
						if outcome(strict, []finding.Finding{f}) == policy.Clean && outcome(lax, []finding.Finding{f}) == policy.Blocked {
							t.Errorf("%+v passes what %+v blocks: %+v", strict, lax, f)
						}
					}
				}
			}
		}
	}
}
