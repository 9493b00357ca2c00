package workload

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/safetext"
	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/kubernetes"
)

func reservedLabels() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-K8S-029", Name: "reserved-label", Kind: finding.KindCheck, Severity: finding.SeverityLow,
			Title:  "a label is reserved for AKS",
			Why:    "Labels that begin with kubernetes.azure.com are those of the service itself, which decides by them.",
			Remedy: "Use a prefix of your own.",
			References: []check.Reference{
				{Name: "AKS Deployment Safeguards", URL: aksPage},
			},
		},
		optional:  true,
		platforms: ofKubernetes(),
		workload:  pods(findReservedLabels),
	}
}

func findReservedLabels(_ *input, w *workload.Workload, p *kubernetes.Pod) []violation {
	var out []violation
	for _, key := range slices.Sorted(maps.Keys(p.Meta.Labels)) {
		if strings.HasPrefix(key, "kubernetes.azure.com") {
			out = append(out, violation{at: p.InMeta("labels", key), saw: fmt.Sprintf("the pod has the label %s", safetext.Escape(key)), field: key})
		}
	}
	return out
}
