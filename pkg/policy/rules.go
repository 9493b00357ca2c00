package policy

import (
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
)

// Rules say what becomes of failed checks and secrets, by the identifier of the rule, such as LG-IMG-001, or by the
// beginning of several, such as LG-IMG-*. The longest one that fits counts. The actions are block, warn and ignore.
type Rules map[string]Action

// RulePattern is a regular expression for the keys of Rules. Advisories and gaps are none: an advisory is accepted by an
// exception, which has a reason, an owner and an end.
const RulePattern = `^LG-([A-Z0-9]+-)*([A-Z0-9]*\*|[A-Z0-9]+)$`

// action is what becomes of what a rule found, and the key that says so. Both are empty where none does.
func (r Rules) action(id string) (Action, string) {
	if a, ok := r[id]; ok {
		return a, id
	}
	best := ""
	for key := range r {
		prefix, open := strings.CutSuffix(key, "*")
		if open && strings.HasPrefix(id, prefix) && len(key) > len(best) {
			best = key
		}
	}
	return r[best], best
}

// IgnoresRule tells whether nothing comes of what does not keep a rule.
func (p Policy) IgnoresRule(id string) bool {
	a, _ := p.Rules.action(id)
	return a == ActionIgnore && !slices.ContainsFunc(p.AlwaysBlock.IDs, func(always string) bool { return strings.EqualFold(always, id) })
}

// IgnoresSecrets tells whether nothing comes of any secret, so that nobody needs to look for them: the policy ignores them,
// and names no rule about them, nor always blocks one.
func (p Policy) IgnoresSecrets() bool {
	if p.Secrets != ActionIgnore || slices.ContainsFunc(p.AlwaysBlock.IDs, func(id string) bool { return strings.HasPrefix(strings.ToUpper(id), secretRules) }) {
		return false
	}
	for key, action := range p.Rules {
		prefix, open := strings.CutSuffix(key, "*")
		if action != ActionIgnore && (strings.HasPrefix(key, secretRules) || open && strings.HasPrefix(secretRules, prefix)) {
			return false
		}
	}
	return true
}

// secretRules is how the identifiers of rules about secrets begin.
const secretRules = "LG-SEC-"

// Checks are the thresholds of failed checks. Where they say nothing, FailOn, Base and Own count.
type Checks struct {
	Severity Threshold `json:"severity,omitempty"` // the lowest severity that blocks
	Base     Threshold `json:"base,omitempty"`     // the same for what is in layers of the base image
	Own      Threshold `json:"own,omitempty"`      // the same for all else
}

// of is the threshold of one side of an image, or one that says nothing.
func (c Checks) of(side string) limit {
	switch {
	case side == sideBase && c.Base != "":
		return limit{c.Base, string(RuleChecks) + ".base", "what the base image brings"}
	case side == sideOwn && c.Own != "":
		return limit{c.Own, string(RuleChecks) + ".own", "what is not the base image's"}
	case c.Severity != "":
		return limit{c.Severity, string(RuleChecks) + ".severity", "checks"}
	}
	return limit{}
}

// byRule decides about failed checks and secrets: by the rule's own word, else by what the policy says of the kind.
func (j *judge) byRule(f *finding.Finding) Decision {
	demand, asks := j.policy.asked(f.ID)
	switch action, key := j.policy.Rules.action(f.ID); {
	case key != "":
		return j.take(action, RuleRules, key, key)
	case f.ID == finding.RuleLicenseDenied, f.ID == finding.RuleLicenseUnknown:
		return j.byLicense(f)
	case f.ID == finding.RulePackageBlocked:
		return Decision{Effect: Tolerated, Rule: RuleAlways, Reason: "the policy does not always block the package", Where: j.policy.Line(string(RuleAlways))}
	case strings.HasPrefix(f.ID, preconditionRules):
		return j.take(ActionBlock, RuleRequire, "", "a precondition that is not met")
	case demand != "":
		return j.byDemand(demand, asks)
	case f.Check != nil && f.Check.Information:
		return Decision{Effect: Reported, Rule: RuleChecks, Reason: "it is for information, unless the policy names " + f.ID}
	case f.Kind == finding.KindSecret:
		return j.take(j.policy.Secrets, RuleSecrets, "", "any secret")
	}
	return j.bySeverity(f)
}

// take does what the policy says about some findings. An action that is left open blocks.
func (j *judge) take(a Action, rule Rule, part, subject string) Decision {
	d := Decision{Rule: rule, Where: j.policy.Line(strings.TrimSuffix(string(rule)+"."+part, "."))}
	switch a {
	case ActionWarn:
		d.Effect, d.Reason = Tolerated, subject+" only warns"
	case ActionIgnore:
		d.Effect, d.Reason = Reported, subject+" is ignored"
	default:
		d.Effect, d.Reason = Blocks, subject+" blocks"
	}
	return d
}

// ownRules lists the checks that a policy decides about by a part of its own, unless Rules name them.
func ownRules() []string {
	return []string{
		finding.RuleLicenseDenied, finding.RuleLicenseUnknown,
		finding.RuleBaseNotAllowed, finding.RuleBaseNotConfirmed, finding.RuleBaseNotProven, finding.RuleImageNotAllowed, finding.RuleBaseTooOld, finding.RuleImageTooOld, finding.RuleLabelMissing,
		preconditionRules + "001",
	}
}
