package workload

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
)

func externalIPs() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-K8S-006", Name: "external-ips", Kind: finding.KindCheck, Severity: finding.SeverityHigh,
			Title:  "the service takes addresses that are others'",
			Why:    "With externalIPs a service gets the traffic of the whole cluster for any address, another service's included (CVE-2020-8554).",
			Remedy: "Remove externalIPs, and use an Ingress or a load balancer.",
			References: []check.Reference{
				{Name: "Trivy KSV-0108"},
				{Name: "CVE-2020-8554", URL: "https://github.com/kubernetes/kubernetes/issues/97076"},
			},
		},
		manifests: findExternalIPs,
	}
}

func findExternalIPs(in *input) []violation {
	var out []violation
	for o, s := range typed[*corev1.Service](in) {
		if len(s.Spec.ExternalIPs) > 0 {
			out = append(out, violation{at: o.At("spec", "externalIPs"), saw: "externalIPs are set", resource: o.Resource()})
		}
	}
	return out
}
