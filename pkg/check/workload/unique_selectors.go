package workload

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/safetext"
)

func uniqueSelectors() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-K8S-030", Name: "services-with-one-selector", Kind: finding.KindCheck, Severity: finding.SeverityLow,
			Title:  "two services select the same pods",
			Why:    "Whoever changes the one for its own needs changes who answers for the other.",
			Remedy: "Give each service a selector of its own.",
			References: []check.Reference{
				{Name: "AKS Deployment Safeguards", URL: aksPage},
			},
		},
		optional:  true,
		manifests: findUniqueSelectors,
	}
}

func findUniqueSelectors(in *input) []violation {
	var out []violation
	first := map[string]string{}
	for o, s := range typed[*corev1.Service](in) {
		if len(s.Spec.Selector) == 0 {
			continue
		}
		key := o.Namespace + " " + labels.Set(s.Spec.Selector).String()
		if other, twice := first[key]; twice {
			out = append(out, violation{at: o.At("spec", "selector"), saw: fmt.Sprintf("the service %s has the same selector", safetext.Escape(other)), resource: o.Resource()})
			continue
		}
		first[key] = o.Name
	}
	return out
}
