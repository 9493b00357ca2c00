package gate

import (
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/check"
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
		if e := example(rep, r.Example); e != nil {
			out.Example, out.Language = e.Text, e.Language
		}
		for _, ref := range r.References {
			out.References = append(out.References, report.Reference(ref))
		}
		rep.Rules = append(rep.Rules, out)
	}
}

// example chooses one for an orchestrator of the manifests, or else the first; nil where there is none.
func example(rep *report.Report, of []check.Example) *check.Example {
	if rep.Manifests != nil {
		for _, f := range rep.Manifests.Files {
			for i := range of {
				if strings.Contains(of[i].Name, "."+f.Platform+".") {
					return &of[i]
				}
			}
		}
	}
	if len(of) == 0 {
		return nil
	}
	return &of[0]
}
