package policy_test

import (
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

// everyFinding lists a finding of each kind, severity, state and gap.
func everyFinding() []finding.Finding {
	out := []finding.Finding{{Kind: "opinion"}}
	for _, state := range []finding.State{finding.Visible, finding.Shadowed, "", "elsewhere"} {
		for _, s := range finding.Severities() {
			out = append(out, vulnerability(s, state), check(s, state))
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
