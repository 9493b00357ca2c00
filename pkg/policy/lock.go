package policy

import "slices"

// RuleLock is what a policy does not let others loosen. It decides about no finding.
const RuleLock Rule = "lock"

// Lockable lists the rules that a policy can lock.
func Lockable() []Rule {
	return []Rule{RuleFailOn, RuleAlways, RuleChecks, RuleSecrets, RuleRules, RuleLicenses, RuleAllowedBases, RuleAllowedImages, RuleMaxBaseAge, RuleMaxImageAge, RuleLabels, RuleRequire, RuleImmutableTags, RuleCoverage, RuleShadowed, RuleGrace, RuleGateOn, RuleMaxException, RuleExceptions, RuleVEX}
}

// Loosened lists what the policy loosens although its Floor locks it. It is empty for a policy that may judge.
func (p Policy) Loosened() []Difference {
	if p.Floor == nil {
		return nil
	}
	return slices.DeleteFunc(Compare(*p.Floor, p), func(d Difference) bool {
		return !d.Loosens || !slices.ContainsFunc(p.Floor.guards(d.Rule), p.locks)
	})
}

// guards lists the rules of which a lock keeps a rule from being loosened: its own, and those that say what becomes of
// the same findings in its place.
func (p Policy) guards(rule Rule) []Rule {
	switch {
	case rule == RuleRules:
		return []Rule{RuleRules, RuleChecks, RuleSecrets, RuleLicenses, RuleFailOn, RuleAllowedBases, RuleAllowedImages, RuleMaxBaseAge, RuleMaxImageAge, RuleLabels, RuleRequire}
	case rule == RuleChecks:
		return []Rule{RuleChecks, RuleFailOn}
	case rule == RuleFailOn && p.Checks == (Checks{}):
		return []Rule{RuleFailOn, RuleChecks}
	}
	return []Rule{rule}
}

// locks tells whether the policy was made on top of one that locks a rule.
func (p Policy) locks(rule Rule) bool { return p.Floor != nil && slices.Contains(p.Floor.Locks, rule) }
