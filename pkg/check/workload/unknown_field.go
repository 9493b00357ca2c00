package workload

import (
	"fmt"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/safetext"
)

func unknownField() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-K8S-001", Name: "unknown-field", Kind: finding.KindCheck, Severity: finding.SeverityHigh,
			Title:  "the manifest has a field that Kubernetes does not know",
			Why:    "A misspelled field does nothing: a protection that is written so protects nobody. The API server refuses it, or drops it without a word.",
			Remedy: "Write the field as the API has it, or remove it.",
			References: []check.Reference{
				{Name: "Kubernetes: field validation", URL: "https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation"},
			},
		},
		manifests: findUnknownField,
	}
}

func findUnknownField(in *input) []violation {
	var out []violation
	for o := range in.objects() {
		for _, u := range o.Unknown {
			v := violation{at: u.Place, saw: fmt.Sprintf("%s has no field %q here", safetext.Escape(o.Kind), u.Name), resource: o.Resource(), field: u.Place.Path}
			if u.Meant != "" {
				v.wants = fmt.Sprintf("Write %s, if that is meant, or remove it.", u.Meant)
			}
			out = append(out, v)
		}
	}
	return out
}
