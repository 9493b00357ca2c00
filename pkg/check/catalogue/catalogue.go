// Package catalogue lists every rule about images and manifests, whichever package it is in, and keeps what keeps each of them as
// an example. The pages of docs/rules are written from it.
package catalogue

import (
	"io/fs"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/check/base"
	"github.com/layergate/layergate/pkg/check/build"
	"github.com/layergate/layergate/pkg/check/deployed"
	imagecheck "github.com/layergate/layergate/pkg/check/image"
	"github.com/layergate/layergate/pkg/check/packages"
	"github.com/layergate/layergate/pkg/check/secrets"
	workloadcheck "github.com/layergate/layergate/pkg/check/workload"
	"github.com/layergate/layergate/pkg/evidence"
	"github.com/layergate/layergate/pkg/license"
)

// source is a package of rules.
type source struct {
	path    string // below pkg/, where its fixtures are
	rules   []check.Rule
	passing fs.FS // its fixtures that keep a rule; nil where it has none
}

func sources() []source {
	return []source{
		{"check/base", base.Rules(), base.Passing()},
		{"check/build", build.Rules(), build.Passing()},
		{"check/image", imagecheck.Rules(), imagecheck.Passing()},
		{"check/packages", packages.Rules(), nil},
		{"check/secrets", secrets.Rules(), secrets.Passing()},
		{"check/workload", workloadcheck.Rules(), workloadcheck.Passing()},
		{"check/deployed", deployed.Rules(), deployed.Passing()},
		{"evidence", evidence.Rules(), nil},
		{"license", license.Rules(), nil},
	}
}

// Rules lists every rule, in the order of their identifiers.
func Rules() []check.Rule {
	var out []check.Rule
	for _, s := range sources() {
		out = append(out, s.rules...)
	}
	slices.SortFunc(out, func(a, b check.Rule) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// Described is a rule with an example of what keeps it, where there is one.
type Described struct {
	check.Rule
	Example []check.Example // the files of a fixture that keeps it
}

// Describe describes the rules with the identifiers, in their order, each once. What is no rule's identifier is left out.
func Describe(ids []string) []Described {
	var out []Described
	for _, s := range sources() {
		for _, r := range s.rules {
			if !slices.Contains(ids, r.ID) {
				continue
			}
			d := Described{Rule: r}
			if s.passing != nil {
				d.Example = check.Passing(s.passing, r.ID)
			}
			out = append(out, d)
		}
	}
	slices.SortFunc(out, func(a, b Described) int { return strings.Compare(a.ID, b.ID) })
	return out
}
