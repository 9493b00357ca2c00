package workload

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
)

func loadBalancer() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-K8S-005", Name: "load-balancer", Kind: finding.KindCheck, Severity: finding.SeverityLow, Information: true,
			Title:  "the service has an address outside of the cluster",
			Why:    "A load balancer of the cloud makes the service reachable from outside of the cluster, and often from the whole internet.",
			Remedy: "Use the type ClusterIP, and an Ingress or a Gateway before it, or limit who may come with loadBalancerSourceRanges.",
			References: []check.Reference{
				{Name: "kube-linter exposed-services", URL: kubeLinterPage},
				{Name: "Kubescape C-0256", URL: kubescapePage + "c-0256"},
			},
		},
		manifests: findLoadBalancer,
	}
}

func findLoadBalancer(in *input) []violation {
	var out []violation
	for o, s := range typed[*corev1.Service](in) {
		if s.Spec.Type == corev1.ServiceTypeLoadBalancer && len(s.Spec.LoadBalancerSourceRanges) == 0 {
			out = append(out, violation{at: o.At("spec", "type"), saw: "the type is LoadBalancer, for all who reach it", resource: o.Resource()})
		}
	}
	return out
}
