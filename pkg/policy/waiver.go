package policy

import (
	"cmp"
	"slices"

	"github.com/layergate/layergate/pkg/finding"
)

// candidates lists the exceptions that name a finding, in the order of the policy.
func (j *judge) candidates(ids []string) []*exception {
	if len(j.byID) == 0 {
		return nil
	}
	var out []*exception
	for _, id := range ids {
		switch named := j.byID[id]; {
		case len(named) == 0:
		case out == nil:
			out = named // in the order of the policy
		default:
			out = slices.Concat(out, named)
		}
	}
	if len(out) < 2 {
		return out
	}
	out = slices.Clone(out)
	slices.SortFunc(out, func(a, b *exception) int { return cmp.Compare(a.index, b.index) })
	return slices.Compact(out)
}

// waiver is the first exception that waives what a rule says of a finding, or nil. It counts for each what it covers.
func (j *judge) waiver(f *finding.Finding, ids []string, rule Rule) *exception {
	var waives *exception
	for _, x := range j.candidates(ids) {
		if j.missed(x, f) != "" {
			continue
		}
		x.covered++
		switch {
		case x.refused != "":
		case x.locked(rule):
			x.withheld++
		case x.lapses(f):
			x.lapsed++
		case waives == nil:
			waives = x
		case !slices.Contains(x.overlaps, waives.index):
			x.overlaps = append(x.overlaps, waives.index)
		}
	}
	return waives
}

// locked tells whether the exception may not waive what a rule blocks.
func (x *exception) locked(rule Rule) bool { return x.NotAlways && rule == RuleAlways }

// decision waives a finding.
func (x *exception) decision() Decision {
	if x.reason == "" {
		x.reason = x.Owner + " accepts it " + x.End() + ": " + x.Reason
	}
	return Decision{Effect: Waived, Rule: RuleExceptions, Exception: &x.index, Where: x.Where, Reason: x.reason}
}
