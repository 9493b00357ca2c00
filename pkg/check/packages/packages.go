// Package packages finds packages that a policy does not let in whatever is known of them, by always-block.packages: those about which
// there is no advisory as well.
//
// It must not import anything that reads images or databases.
package packages

import (
	"fmt"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/inventory"
	"github.com/layergate/layergate/pkg/policy"
)

// Rules lists what is known of the rules about packages.
func Rules() []check.Rule { return []check.Rule{alwaysBlocked()} }

func alwaysBlocked() check.Rule {
	return check.Rule{
		ID: finding.RulePackageBlocked, Name: "always-blocked-package", Kind: finding.KindCheck, Severity: finding.SeverityHigh,
		Title:      "a package is one that the policy always blocks",
		Why:        "The policy lets the package into no image, whether or not there is an advisory about it.",
		Remedy:     "remove the package or put another one in its place, or accept it in writing",
		References: []check.Reference{{Name: "CWE-1357", URL: "https://cwe.mitre.org/data/definitions/1357.html"}},
	}
}

// Target says where the packages of a platform are.
type Target struct {
	Platform string
	Layers   []finding.Layer
	// Locate returns the line that brought a package, and others that a reviewer may want to change; nil knows none.
	Locate func(layer int, p finding.Package, path string) (*finding.Location, []finding.Related)
}

// Find lists the packages that a policy always blocks, in their order, also those that a later layer hides.
func Find(rules policy.AlwaysBlock, packages []inventory.Package, t Target) []finding.Finding {
	var out []finding.Finding
	blocked := policy.NamedBy(rules.Packages)
	for _, p := range packages {
		pattern, ok := blocked(p.Package)
		if !ok {
			continue
		}
		layer, pkg := t.Layers[p.Layer], p.Package
		f := alwaysBlocked().Finding()
		f.Platform, f.Layer, f.Path, f.State = t.Platform, &layer, p.Path, p.State
		f.Check.Package, f.Check.Saw = &pkg, fmt.Sprintf("%s %s, which the policy names by %s", p.Name, p.Version, pattern)
		if t.Locate != nil {
			f.Location, f.Related = t.Locate(p.Layer, pkg, p.Path)
		}
		out = append(out, f)
	}
	return out
}
