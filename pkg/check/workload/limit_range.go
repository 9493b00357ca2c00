package workload

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
)

func limitRange() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-K8S-012", Name: "no-limit-range", Kind: finding.KindCheck, Severity: finding.SeverityLow, Information: true,
			Title:  "the namespace has no limits for those that set none",
			Why:    "A pod without limits of its own may take its node.",
			Remedy: "Write a LimitRange for the namespace.",
			References: []check.Reference{
				{Name: "Trivy KSV-0039"},
				{Name: "Kubernetes: limit ranges", URL: "https://kubernetes.io/docs/concepts/policy/limit-range/"},
			},
		},
		manifests: findLimitRange,
	}
}

func findLimitRange(in *input) []violation { return withoutOne[*corev1.LimitRange](in, "LimitRange") }
