package policy

import "slices"

// RuleLock is what a policy does not let others loosen. It decides about no finding.
const RuleLock Rule = "lock"

// Lockable lists the rules that a policy can lock.
func Lockable() []Rule {
	return []Rule{RuleFailOn, RuleAlways, RuleCoverage, RuleShadowed, RuleGrace, RuleGateOn, RuleMaxException, RuleExceptions, RuleVEX}
}

// Loosened lists what the policy loosens although its Floor locks it. It is empty for a policy that may judge.
func (p Policy) Loosened() []Difference {
	if p.Floor == nil {
		return nil
	}
	return slices.DeleteFunc(Compare(*p.Floor, p), func(d Difference) bool {
		return !d.Loosens || !slices.Contains(p.Floor.Locks, d.Rule)
	})
}

// locks tells whether the policy was made on top of one that locks a rule.
func (p Policy) locks(rule Rule) bool { return p.Floor != nil && slices.Contains(p.Floor.Locks, rule) }
