package workload

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
)

func podSecurityLabel() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-K8S-009", Name: "no-pod-security-level", Kind: finding.KindCheck, Severity: finding.SeverityMedium,
			Title:  "the namespace takes pods of any kind",
			Why:    "Without a level, whoever may create a pod in the namespace may create a privileged one, and with it owns a node.",
			Remedy: "Set the label pod-security.kubernetes.io/enforce to restricted or baseline.",
			References: []check.Reference{
				{Name: "Kubernetes: Pod Security Admission", URL: "https://kubernetes.io/docs/concepts/security/pod-security-admission/"},
				{Name: "Kubescape C-0193", URL: kubescapePage + "c-0193"},
			},
		},
		manifests: findPodSecurityLabel,
	}
}

func findPodSecurityLabel(in *input) []violation {
	var out []violation
	for o, n := range typed[*corev1.Namespace](in) {
		at := o.At("metadata", "labels", api.EnforceLevelLabel)
		switch level := n.Labels[api.EnforceLevelLabel]; level {
		case "":
			// The cluster may have a default for all namespaces.
			out = append(out, violation{at: at, saw: "no level of the Pod Security Standards is enforced", add: "restricted", resource: o.Resource(), field: "enforce", information: true})
		case string(api.LevelPrivileged):
			out = append(out, violation{at: at, saw: "the level of the Pod Security Standards is privileged", resource: o.Resource(), field: "enforce"})
		}
	}
	return out
}
