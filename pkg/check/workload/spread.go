package workload

import (
	"fmt"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/kubernetes"
)

func spread() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-K8S-028", Name: "replicas-not-spread", Kind: finding.KindCheck, Severity: finding.SeverityLow,
			Title:  "all replicas may be on one node",
			Why:    "Replicas that the scheduler may put onto one node stop together when it does.",
			Remedy: "Set topologySpreadConstraints, or a podAntiAffinity.",
			References: []check.Reference{
				{Name: "AKS Deployment Safeguards", URL: aksPage},
				{Name: "kube-linter no-anti-affinity", URL: kubeLinterPage},
			},
		},
		optional:  true,
		platforms: ofKubernetes(),
		workload:  pods(findSpread),
	}
}

func findSpread(_ *input, w *workload.Workload, p *kubernetes.Pod) []violation {
	if !known(w.Replicas) || w.Replicas.Value < 2 || isSpread(p) {
		return nil
	}
	labels := []workload.Entry{}
	for _, key := range slices.Sorted(maps.Keys(p.Meta.Labels)) {
		labels = append(labels, workload.Entry{Key: key, Value: p.Meta.Labels[key]})
	}
	return []violation{{at: p.InSpec("topologySpreadConstraints"), saw: fmt.Sprintf("nothing spreads the %d replicas", w.Replicas.Value), add: []any{[]workload.Entry{
		{Key: "maxSkew", Value: 1}, {Key: "topologyKey", Value: "kubernetes.io/hostname"}, {Key: "whenUnsatisfiable", Value: "ScheduleAnyway"},
		{Key: "labelSelector", Value: []workload.Entry{{Key: "matchLabels", Value: labels}}},
	}}}}
}

// isSpread tells whether a pod says by which label of nodes others like it are to be apart from it. Empty terms say nothing.
func isSpread(p *kubernetes.Pod) bool {
	if slices.ContainsFunc(p.Spec.TopologySpreadConstraints, func(c corev1.TopologySpreadConstraint) bool { return c.TopologyKey != "" }) {
		return true
	}
	if p.Spec.Affinity == nil || p.Spec.Affinity.PodAntiAffinity == nil {
		return false
	}
	terms := slices.Clone(p.Spec.Affinity.PodAntiAffinity.RequiredDuringSchedulingIgnoredDuringExecution)
	for _, t := range p.Spec.Affinity.PodAntiAffinity.PreferredDuringSchedulingIgnoredDuringExecution {
		terms = append(terms, t.PodAffinityTerm)
	}
	return slices.ContainsFunc(terms, func(t corev1.PodAffinityTerm) bool { return t.TopologyKey != "" })
}
