package workload

import (
	policyv1 "k8s.io/api/policy/v1"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/kubernetes"
)

func replicas() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-K8S-025", Name: "stops-with-its-node", Kind: finding.KindCheck, Severity: finding.SeverityLow, Information: true,
			Title:  "the workload stops when its node does",
			Why:    "With one replica, or without a disruption budget, an upgrade of the cluster stops the service.",
			Remedy: "Run two or more replicas, and write a PodDisruptionBudget that selects the pods.",
			References: []check.Reference{
				{Name: "kube-linter minimum-three-replicas", URL: kubeLinterPage},
				{Name: "kube-linter pdb-min-available", URL: kubeLinterPage},
			},
		},
		platforms: ofKubernetes(),
		workload:  pods(findReplicas),
	}
}

func findReplicas(in *input, w *workload.Workload, p *kubernetes.Pod) []violation {
	if !known(w.Replicas) || w.Replicas.Value == 0 {
		return nil
	}
	var out []violation
	if w.Replicas.Value == 1 {
		v := violation{at: w.Replicas.Place, saw: "there is one replica"}
		if !w.Replicas.Set {
			v.add = 2
		}
		out = append(out, v)
	}
	for o, budget := range typed[*policyv1.PodDisruptionBudget](in) {
		if o.Namespace == w.Namespace && in.selects(budget.Spec.Selector, p.Meta.Labels) {
			return out
		}
	}
	return append(out, violation{at: w.Place, saw: "the manifests have no disruption budget for it", field: "PodDisruptionBudget"})
}
