// Package license finds packages whose licences a policy does not let in: by what the packages themselves declare, which is
// all that is known of a licence here.
//
// It must not import anything that reads images or databases.
package license

import (
	"fmt"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/check"
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
	f := t.about(p, deniedLicense())
	f.Check.Saw = fmt.Sprintf("%s %s declares %s", p.Name, p.Version, strings.Join(denied, ", "))
	return f
}

func (t Target) unknown(p inventory.Package) finding.Finding {
	f := t.about(p, unknownLicense())
	f.Check.Saw = fmt.Sprintf("%s %s declares no licence", p.Name, p.Version)
	if len(p.Licenses) > 0 {
		f.Check.Saw = fmt.Sprintf("%s %s declares %s, which is no SPDX expression", p.Name, p.Version, strings.Join(p.Licenses, ", "))
	}
	return f
}

// about makes a finding of a rule about a package, with its place.
func (t Target) about(p inventory.Package, r check.Rule) finding.Finding {
	layer, pkg := t.Layers[p.Layer], p.Package
	f := r.Finding()
	f.Platform, f.Layer, f.Path, f.State = t.Platform, &layer, p.Path, p.State
	f.Check.Package, f.Check.Licenses = &pkg, slices.Clone(p.Licenses)
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
