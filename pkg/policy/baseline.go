package policy

import "github.com/layergate/layergate/pkg/finding"

// GateOn says which findings can block.
type GateOn string

const (
	// GateOnAll lets every finding block. It is the default.
	GateOnAll GateOn = "all"
	// GateOnNew lets those block that came with the change, and those of which it is not known.
	GateOnNew GateOn = "new"
)

// inBaseline lets what would block pass because it was there before the change. What attackers use, what the policy always
// blocks, preconditions, and what nobody knows the kind of, blocks whenever it came.
func (j *judge) inBaseline(f *finding.Finding, blocks Decision) (Decision, bool) {
	exploited := f.Vulnerability != nil && len(f.Vulnerability.KnownExploited) > 0
	if j.policy.GateOn != GateOnNew || exploited || blocks.Rule == RuleAlways || blocks.Rule == RuleRequire || blocks.Rule == RuleKind {
		return Decision{}, false
	}
	d := Decision{Effect: Tolerated, Rule: RuleBaseline}
	switch f.Baseline {
	case finding.BaselineUnchanged:
		d.Reason = "it was there before this change"
	case finding.BaselineNewlyKnown:
		d.Reason = "it was there before this change, when nobody knew of it"
	default:
		return Decision{}, false
	}
	return d, true
}
