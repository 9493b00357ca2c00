package workload

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
)

func resourceQuota() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-K8S-011", Name: "no-resource-quota", Kind: finding.KindCheck, Severity: finding.SeverityLow, Information: true,
			Title:  "the namespace has no quota",
			Why:    "What runs in one namespace can take the whole cluster.",
			Remedy: "Write a ResourceQuota for the namespace.",
			References: []check.Reference{
				{Name: "Trivy KSV-0040"},
				{Name: "Kubernetes: resource quotas", URL: "https://kubernetes.io/docs/concepts/policy/resource-quotas/"},
			},
		},
		manifests: findResourceQuota,
	}
}

func findResourceQuota(in *input) []violation {
	return withoutOne[*corev1.ResourceQuota](in, "ResourceQuota")
}

// withoutOne lists the namespaces of the manifests for which they have no object of a type.
func withoutOne[T any](in *input, kind string) []violation {
	var out []violation
	for o := range typed[*corev1.Namespace](in) {
		found := false
		for other := range typed[T](in) {
			found = found || other.Namespace == o.Name
		}
		if !found {
			out = append(out, violation{at: o.Place, saw: "the manifests have no " + kind + " for it", resource: o.Resource(), field: kind})
		}
	}
	return out
}
