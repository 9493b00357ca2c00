package workload

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/kubernetes"
)

func ephemeralStorage() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-K8S-024", Name: "no-ephemeral-storage-limit", Kind: finding.KindCheck, Severity: finding.SeverityLow, Information: true,
			Title:  "the container may fill the disk of its node",
			Why:    "Logs and files of a container lie on the node's disk. When that is full, the node puts out pods, others' included.",
			Remedy: "Set a limit of ephemeral-storage.",
			References: []check.Reference{
				{Name: "Kubernetes: local ephemeral storage", URL: "https://kubernetes.io/docs/concepts/storage/ephemeral-storage/"},
			},
		},
		platforms: ofKubernetes(),
		workload:  pods(findEphemeralStorage),
	}
}

func findEphemeralStorage(_ *input, w *workload.Workload, p *kubernetes.Pod) []violation {
	var out []violation
	for _, c := range p.Containers {
		if limit := c.Resources.Limits[corev1.ResourceEphemeralStorage]; !limit.IsZero() || c.Kind == workload.Ephemeral {
			continue
		}
		out = append(out, violation{at: p.In(c, "resources", "limits", "ephemeral-storage"), saw: "there is no limit of ephemeral-storage", add: "1Gi", container: c.Name})
	}
	return out
}
