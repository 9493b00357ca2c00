package workload

import (
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/kubernetes"
)

func networkPolicy() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-K8S-010", Name: "no-network-policy", Kind: finding.KindCheck, Severity: finding.SeverityMedium,
			Title:  "no network policy is for the pod",
			Why:    "Without one, every pod of the cluster reaches this one, and this one reaches every pod and the internet.",
			Remedy: "Write a NetworkPolicy that selects the pod, and says who may reach it and whom it may reach.",
			References: []check.Reference{
				{Name: "kube-linter non-isolated-pod", URL: kubeLinterPage},
				{Name: "Kubescape C-0030", URL: kubescapePage + "c-0030"},
				{Name: "Kubescape C-0054", URL: kubescapePage + "c-0054"},
			},
		},
		platforms: ofKubernetes(),
		workload:  pods(findNetworkPolicy),
	}
}

func findNetworkPolicy(in *input, w *workload.Workload, p *kubernetes.Pod) []violation {
	others := false
	for o, policy := range typed[*networkingv1.NetworkPolicy](in) {
		if o.Namespace != w.Namespace {
			continue
		}
		others = true
		if in.selects(&policy.Spec.PodSelector, p.Meta.Labels) {
			return nil
		}
	}
	if others {
		return []violation{{at: w.Place, saw: "the network policies of the namespace select other pods", field: "NetworkPolicy"}}
	}
	// There may be one elsewhere.
	return []violation{{at: w.Place, saw: "the manifests have no network policy for its namespace", field: "NetworkPolicy", information: true}}
}
