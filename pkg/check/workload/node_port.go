package workload

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
)

func nodePort() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-K8S-004", Name: "node-port", Kind: finding.KindCheck, Severity: finding.SeverityMedium,
			Title:  "the service opens a port on every node",
			Why:    "What listens on the nodes is reached past the ingress and its rules by all who reach a node.",
			Remedy: "Use the type ClusterIP, and an Ingress or a Gateway before it.",
			References: []check.Reference{
				{Name: "kube-linter exposed-services", URL: kubeLinterPage},
				{Name: "Kubescape C-0256", URL: kubescapePage + "c-0256"},
			},
		},
		manifests: findNodePort,
	}
}

func findNodePort(in *input) []violation {
	var out []violation
	for o, s := range typed[*corev1.Service](in) {
		if s.Spec.Type == corev1.ServiceTypeNodePort {
			out = append(out, violation{at: o.At("spec", "type"), saw: "the type is NodePort", resource: o.Resource()})
		}
	}
	return out
}
