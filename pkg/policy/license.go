package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
)

// Licenses says which licences packages may not have, as they declare them. Its zero value asks for none.
type Licenses struct {
	LicenseSide
	Base LicenseSide `json:"base,omitzero"` // what is denied besides in layers of the base image
	Own  LicenseSide `json:"own,omitzero"`  // what is denied besides elsewhere
}

// LicenseSide is what one part of an image may not have.
type LicenseSide struct {
	// Deny lists SPDX identifiers, either as they are or as patterns such as GPL-*, in any case. A name that SPDX has replaced
	// denies what has taken its place, such as GPL-3.0 both GPL-3.0-only and GPL-3.0-or-later.
	Deny []string `json:"deny,omitempty"`
	// Unknown is what becomes of packages that declare no SPDX expression: ignore, which is the default, warn or block.
	Unknown Action `json:"unknown,omitempty" jsonschema:"enum=block,enum=warn,enum=ignore"`
}

// Enabled tells whether the policy asks for licences at all.
func (l Licenses) Enabled() bool {
	asks := func(s LicenseSide) bool { return len(s.Deny) > 0 || s.Unknown != "" && s.Unknown != ActionIgnore }
	return asks(l.LicenseSide) || asks(l.Base) || asks(l.Own)
}

// Denied lists those of a package's licences that may not be, for a package of the base image or one that is not.
func (l Licenses) Denied(base bool, declared []string) []string {
	deny := l.deny(base)
	var out []string
	for _, expression := range declared {
		if licenseDenied(expression, deny) {
			out = append(out, expression)
		}
	}
	return out
}

// deny lists the patterns for one side of an image.
func (l Licenses) deny(base bool) []string { return slices.Concat(l.Deny, l.side(base).Deny) }

// OfUnknown is what becomes of packages that declare no SPDX expression, and the rule that says it.
func (l Licenses) OfUnknown(base bool) (action Action, rule string) {
	side := sideOwn
	if base {
		side = sideBase
	}
	switch s := l.side(base); {
	case s.Unknown != "":
		return s.Unknown, side + ".unknown"
	case l.Unknown != "":
		return l.Unknown, "unknown"
	}
	return ActionIgnore, "unknown"
}

func (l Licenses) side(base bool) LicenseSide {
	if base {
		return l.Base
	}
	return l.Own
}

// byLicense decides about the licences that a package declares.
func (j *judge) byLicense(f *finding.Finding) Decision {
	base := sideOf(f) == sideBase
	if f.ID == finding.RuleLicenseUnknown {
		action, rule := j.policy.Licenses.OfUnknown(base)
		return j.take(action, RuleLicenses, rule, "a licence that nobody knows")
	}
	if f.Check == nil || len(f.Check.Licenses) == 0 {
		return j.take(ActionBlock, RuleLicenses, "", "a denied licence")
	}
	denied := j.policy.Licenses.Denied(base, f.Check.Licenses)
	if len(denied) == 0 {
		return Decision{Effect: Tolerated, Rule: RuleLicenses, Reason: "the policy denies none of its licences", Where: j.policy.Line(string(RuleLicenses))}
	}
	return j.take(ActionBlock, RuleLicenses, "", fmt.Sprintf("the policy denies %s, and that", strings.Join(denied, ", ")))
}
