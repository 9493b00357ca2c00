package policy

import "slices"

// RuleLock is what a policy does not let others loosen. It decides about no finding.
const RuleLock Rule = "lock"

// Lockable lists the rules that a policy can lock.
func Lockable() []Rule {
	return []Rule{RuleFailOn, RuleAlways, RuleChecks, RuleSecrets, RuleRules, RuleLicenses, RuleAllowedBases, RuleAllowedImages, RuleMaxBaseAge, RuleMaxImageAge, RuleLabels, RuleRequire, RuleAttesters, RuleImmutableTags, RuleCoverage, RuleShadowed, RuleGrace, RuleGateOn, RuleMaxException, RuleExceptions, RuleVEX}
}

// LoosenedBy lists the rules that let pass what a rule blocks, besides itself: a lock of it holds against them, too. What accepts single
// findings, exceptions and VEX statements, has locks of its own.
func LoosenedBy(locked Rule) []Rule {
	switch locked {
	case RuleFailOn:
		return []Rule{RuleChecks, RuleRules, RuleShadowed, RuleGrace, RuleGateOn}
	case RuleChecks:
		return []Rule{RuleFailOn, RuleRules, RuleGateOn}
	case RuleSecrets, RuleLicenses, RuleAllowedBases, RuleAllowedImages, RuleMaxBaseAge, RuleMaxImageAge, RuleLabels:
		return []Rule{RuleRules, RuleGateOn}
	case RuleRules:
		return []Rule{RuleGateOn}
	case RuleCoverage:
		return []Rule{RuleShadowed, RuleGateOn}
	case RuleAlways:
		return []Rule{RuleShadowed}
	case RuleRequire:
		return []Rule{RuleRules, RuleAttesters}
	case RuleExceptions:
		return []Rule{RuleMaxException, RuleVEX}
	}
	return nil
}

// Loosening is a difference that loosens what is locked.
type Loosening struct {
	Difference
	Locked Rule // as the policy below lists it, which is another rule where that lets the same findings pass
}

// Loosened lists what the policy loosens although its Floor locks it. It is empty for a policy that may judge.
func (p Policy) Loosened() []Loosening {
	if p.Floor == nil {
		return nil
	}
	var out []Loosening
	for _, d := range Compare(*p.Floor, p) {
		if !d.Loosens {
			continue
		}
		if p.locks(d.Rule) {
			out = append(out, Loosening{d, d.Rule})
			continue
		}
		i := slices.IndexFunc(p.Floor.Locks, func(locked Rule) bool { return slices.Contains(LoosenedBy(locked), d.Rule) && p.weakens(d, locked) })
		if i >= 0 {
			out = append(out, Loosening{d, p.Floor.Locks[i]})
		}
	}
	return out
}

// weakens tells whether a difference in one of the rules that can loosen a locked one does so in this policy.
func (p Policy) weakens(d Difference, locked Rule) bool {
	switch {
	case d.Rule == RuleRules:
		return slices.Contains(d.Instead, locked)
	case d.Rule == RuleAttesters:
		return p.addsAttester()
	case d.Rule == RuleShadowed:
		return p.Floor.Shadowed == ActionBlock // what is not judged below passes there, too
	case d.Rule == RuleFailOn && locked == RuleChecks:
		return p.Floor.Checks == (Checks{})
	}
	return true
}

// addsAttester tells whether what the policy below requires can be attested by somebody else than those whom it names. Where it names
// nobody, whoever extends it has to.
func (p Policy) addsAttester() bool {
	for _, r := range p.Floor.Require {
		below := p.Floor.AttesterKeys(r.PredicateType())
		if r.Form() != FormAttestation || len(below) == 0 {
			continue
		}
		known := func(k Key) bool { return slices.ContainsFunc(below, func(o Key) bool { return o.ID() == k.ID() }) }
		if slices.ContainsFunc(p.AttesterKeys(r.PredicateType()), func(k Key) bool { return !known(k) }) {
			return true
		}
	}
	return false
}

// locks tells whether the policy was made on top of one that locks a rule.
func (p Policy) locks(rule Rule) bool { return p.Floor != nil && slices.Contains(p.Floor.Locks, rule) }
