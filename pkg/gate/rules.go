package gate

import (
	"slices"

	"github.com/layergate/layergate/pkg/check/catalogue"
	"github.com/layergate/layergate/pkg/report"
)

// describeRules adds what is known of the rules that the findings name, so that reports need nothing else to explain them.
func describeRules(rep *report.Report) {
	var ids []string
	for _, f := range rep.Findings {
		if f.Check != nil && !slices.Contains(ids, f.ID) {
			ids = append(ids, f.ID)
		}
	}
	for _, r := range catalogue.Describe(ids) {
		out := report.Rule{
			ID: r.ID, Name: r.Name, Title: r.Title, Why: r.Why, Remedy: r.Remedy, References: []report.Reference{},
		}
		if len(r.Example) > 0 {
			out.Example, out.Language = r.Example[0].Text, r.Example[0].Language
		}
		for _, ref := range r.References {
			out.References = append(out.References, report.Reference(ref))
		}
		rep.Rules = append(rep.Rules, out)
	}
}
