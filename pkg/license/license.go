// Package license finds packages whose licences a policy does not let in: by what the packages themselves declare, which is
// all that is known of a licence here.
//
// It must not import anything that reads images or databases.
package license

import (
	"fmt"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/inventory"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/spdx"
)

// Target says where the packages of a platform are.
type Target struct {
	Platform string
	Layers   []finding.Layer
	// Locate returns the line that brought a package, and others that a reviewer may want to change; nil knows none.
	Locate func(layer int, p finding.Package, path string) (*finding.Location, []finding.Related)
}

// Result is what Find found.
type Result struct {
	Findings []finding.Finding // in the order of the packages
	// Unknown is how many packages declare no SPDX expression although the policy asks for licences, and pass, because the
	// policy ignores that.
	Unknown int
}

// Find lists the packages that declare a denied licence, and those that declare no SPDX expression where the policy does not
// ignore that. Packages that a later layer hides are shipped, and count as well. A policy that asks for no licences finds
// nothing.
func Find(rules policy.Licenses, packages []inventory.Package, target Target) Result {
	var out Result
	if !rules.Enabled() {
		return out
	}
	for _, p := range packages {
		base := target.Layers[p.Layer].Base
		denied := rules.Denied(base, p.Licenses)
		action, _ := rules.OfUnknown(base)
		switch {
		case len(denied) > 0:
			out.Findings = append(out.Findings, target.denied(p, denied))
		case known(p.Licenses):
		case action == policy.ActionIgnore:
			out.Unknown++
		default:
			out.Findings = append(out.Findings, target.unknown(p))
		}
	}
	return out
}

func (t Target) denied(p inventory.Package, denied []string) finding.Finding {
	f := t.about(p, finding.RuleLicenseDenied, finding.SeverityHigh)
	f.Title = "a package declares a denied licence"
	f.Summary = "The policy denies a licence that the package declares. Other files of the package may have other licences: only what is declared is known."
	f.Check.Saw = fmt.Sprintf("%s %s declares %s", p.Name, p.Version, strings.Join(denied, ", "))
	f.Check.Wants = "replace the package, or accept its licence in writing"
	return f
}

func (t Target) unknown(p inventory.Package) finding.Finding {
	f := t.about(p, finding.RuleLicenseUnknown, finding.SeverityLow)
	f.Title = "a package declares no licence that is known"
	f.Summary = "The package declares no licence, or one in words that are no SPDX expression: whether the policy denies it is not known."
	f.Check.Saw = fmt.Sprintf("%s %s declares no licence", p.Name, p.Version)
	if len(p.Licenses) > 0 {
		f.Check.Saw = fmt.Sprintf("%s %s declares %s, which is no SPDX expression", p.Name, p.Version, strings.Join(p.Licenses, ", "))
	}
	f.Check.Wants = "look the licence up, and replace the package or accept it in writing"
	return f
}

// about makes a finding about a package, with its place.
func (t Target) about(p inventory.Package, id string, s finding.Severity) finding.Finding {
	layer, pkg := t.Layers[p.Layer], p.Package
	f := finding.Finding{
		Kind: finding.KindCheck, ID: id, Severity: s, URLs: []string{}, Platform: t.Platform, Layer: &layer, Path: p.Path, State: p.State,
		Check: &finding.Check{Package: &pkg, Licenses: slices.Clone(p.Licenses)},
	}
	if t.Locate != nil {
		f.Location, f.Related = t.Locate(p.Layer, pkg, p.Path)
	}
	return f
}

// known tells whether all licences that a package declares are SPDX expressions of licences that SPDX lists. A package that
// declares none is not known.
func known(declared []string) bool {
	return len(declared) > 0 && !slices.ContainsFunc(declared, func(text string) bool {
		e, ok := policy.ParseExpression(text)
		return !ok || slices.ContainsFunc(e.Licenses(), func(name string) bool { return !spdx.Listed(name) })
	})
}
