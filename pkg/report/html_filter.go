package report

import (
	"strconv"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/remedy"
)

// The facets that findings are filtered by. An item has words such as layer:2, which begin with the facet's name.
const (
	facetSeverity = "severity:"
	facetLayer    = "layer:"
	facetFix      = "fix:"
	facetOrigin   = "origin:"
	facetState    = "state:"
	facetKind     = "kind:"
	facetEffect   = "effect:"
	facetBaseline = "baseline:"
)

// facetsOf lists a finding's words. They are Layergate's own: nothing that an image says is among them.
func facetsOf(f finding.Finding, effect policy.Effect) []string {
	fix := "no"
	if remedy.Removable(f) {
		fix = "yes"
	}
	out := []string{facetFix + fix, facetKind + string(f.Kind), facetEffect + string(effect)}
	if hasSeverity(f) {
		out = append(out, facetSeverity+f.Severity.String())
	}
	if f.Layer != nil {
		origin := "own"
		if f.Layer.Base {
			origin = "base"
		}
		out = append(out, facetLayer+strconv.Itoa(f.Layer.Index), facetOrigin+origin)
	}
	if f.State != "" {
		out = append(out, facetState+string(f.State))
	}
	if f.Baseline != "" {
		out = append(out, facetBaseline+string(f.Baseline))
	}
	return out
}

// htmlFilter chooses among findings by one of their facets.
type htmlFilter struct {
	Name, Label string
	All         string // the words for no choice
	Options     []htmlOption
}

// Several tells whether several values may be chosen at once.
func (f htmlFilter) Several() bool { return f.Name+":" == facetSeverity }

// htmlOption is a value of a facet: the word that findings have, what it is called, and how many have it.
type htmlOption struct {
	Word, Label string
	N           int
}

// htmlFilters are the filters that leave a choice, and the number of items that they choose from.
func htmlFilters(tables []htmlTable) ([]htmlFilter, int) {
	findings, counts := countFacets(tables)
	var out []htmlFilter
	for _, f := range allFilters(counts) {
		var there []htmlOption
		for _, o := range f.Options {
			if o.N = counts[o.Word]; o.N > 0 {
				there = append(there, o)
			}
		}
		f.Options = there
		if len(there) > 1 || len(there) == 1 && there[0].N < findings {
			out = append(out, f)
		}
	}
	return out, findings
}

// allFilters lists every filter with all its values. Layers are counted as far as findings have them.
func allFilters(counts map[string]int) []htmlFilter {
	severity := htmlFilter{Name: "severity", Label: "Severity"}
	for _, s := range finding.Severities() {
		severity.Options = append(severity.Options, htmlOption{Word: facetSeverity + s.String(), Label: s.String()})
	}
	kind := htmlFilter{Name: "kind", Label: "Kind", All: "all kinds"}
	for _, k := range finding.Kinds() {
		kind.Options = append(kind.Options, htmlOption{Word: facetKind + string(k), Label: k.Noun()})
	}
	effect := htmlFilter{Name: "effect", Label: "Effect", All: "all effects"}
	for _, e := range policy.Effects() {
		effect.Options = append(effect.Options, htmlOption{Word: facetEffect + string(e), Label: effectWords(e)})
	}
	baseline := htmlFilter{Name: "baseline", Label: "Change", All: "old and new"}
	for _, s := range finding.BaselineStates() {
		baseline.Options = append(baseline.Options, htmlOption{Word: facetBaseline + string(s), Label: baselineWords(s)})
	}
	layer := htmlFilter{Name: "layer", Label: "Layer", All: "all layers"}
	highest := 0
	for word := range counts {
		if n, err := strconv.Atoi(strings.TrimPrefix(word, facetLayer)); err == nil {
			highest = max(highest, n)
		}
	}
	for i := range highest + 1 {
		layer.Options = append(layer.Options, htmlOption{Word: facetLayer + strconv.Itoa(i), Label: "layer " + strconv.Itoa(i)})
	}
	return []htmlFilter{
		severity, effect,
		{Name: "fix", Label: "Fix", All: "with or without", Options: []htmlOption{{Word: facetFix + "yes", Label: "can be fixed"}, {Word: facetFix + "no", Label: "no fix yet"}}},
		{Name: "origin", Label: "Origin", All: "base and own", Options: []htmlOption{{Word: facetOrigin + "base", Label: "base image"}, {Word: facetOrigin + "own", Label: "own layers"}}},
		layer,
		{Name: "state", Label: "State", All: "visible or not", Options: []htmlOption{
			{Word: facetState + string(finding.Visible), Label: "visible"}, {Word: facetState + string(finding.Shadowed), Label: "shadowed"},
		}},
		kind, baseline,
	}
}
