package workload

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/kubernetes"
)

func hostAliases() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-K8S-019", Name: "host-aliases", Kind: finding.KindCheck, Severity: finding.SeverityLow,
			Title:  "the pod has names of its own in /etc/hosts",
			Why:    "A name that is said there goes past the DNS of the cluster, and can send the traffic of the pod to somebody else.",
			Remedy: "Remove hostAliases, and give the name to a Service.",
			References: []check.Reference{
				{Name: "Trivy KSV-0007"},
				{Name: "Kubescape C-0077", URL: kubescapePage + "c-0077"},
			},
		},
		platforms: ofKubernetes(),
		workload:  pods(findHostAliases),
	}
}

func findHostAliases(_ *input, w *workload.Workload, p *kubernetes.Pod) []violation {
	if len(p.Spec.HostAliases) == 0 {
		return nil
	}
	return []violation{{at: p.InSpec("hostAliases"), saw: "hostAliases are set"}}
}
