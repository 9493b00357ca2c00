package workload

import (
	"cmp"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/safetext"
	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/kubernetes"
)

func serviceAccountToken() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-K8S-002", Name: "service-account-token", Kind: finding.KindCheck, Severity: finding.SeverityMedium,
			Title:  "the pod gets a token for the API of its cluster",
			Why:    "Whoever breaks into the pod can ask the API server with the token, and hardly any program needs to.",
			Remedy: "Set automountServiceAccountToken to false on the pod or on its service account, and give a token that is projected an audience. A pod that talks to the API needs an exception that says so.",
			References: []check.Reference{
				{Name: "Trivy KSV-0036"},
				{Name: "Kubescape C-0034", URL: kubescapePage + "c-0034"},
				{Name: "Kubernetes: service accounts", URL: "https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#opt-out-of-api-credential-automounting"},
			},
		},
		platforms: ofKubernetes(),
		workload:  pods(findServiceAccountToken),
	}
}

func findServiceAccountToken(in *input, w *workload.Workload, p *kubernetes.Pod) []violation {
	if !getsToken(in, p) {
		return projectedTokens(p)
	}
	at := p.InSpec("automountServiceAccountToken")
	if p.Spec.AutomountServiceAccountToken != nil {
		return []violation{{at: at, saw: "the token of its service account is mounted"}}
	}
	return []violation{{at: at, saw: "nothing keeps the token of its service account out", add: false}}
}

// projectedTokens finds the volumes by which a pod has a token all the same: one that is for no other audience than the API.
func projectedTokens(p *kubernetes.Pod) []violation {
	var out []violation
	for i, v := range p.Spec.Volumes {
		if v.Projected == nil {
			continue
		}
		for j, s := range v.Projected.Sources {
			if t := s.ServiceAccountToken; t != nil && (t.Audience == "" || strings.HasPrefix(t.Audience, "https://kubernetes.default")) {
				at := p.InSpec("volumes", i, "projected", "sources", j, "serviceAccountToken")
				out = append(out, violation{at: at, saw: fmt.Sprintf("the volume %s has a token of its service account", safetext.Escape(v.Name)), field: "volumes:" + v.Name})
			}
		}
	}
	return out
}

// getsToken tells whether a pod gets the token of its service account: the pod's own word counts before the account's.
func getsToken(in *input, p *kubernetes.Pod) bool {
	if said := p.Spec.AutomountServiceAccountToken; said != nil {
		return *said
	}
	for o, account := range typed[*corev1.ServiceAccount](in) {
		if o.Name == accountOf(p) && o.Namespace == p.Namespace && account.AutomountServiceAccountToken != nil {
			return *account.AutomountServiceAccountToken
		}
	}
	return true
}

// accountOf is the service account of a pod.
func accountOf(p *kubernetes.Pod) string {
	return cmp.Or(p.Spec.ServiceAccountName, p.Spec.DeprecatedServiceAccount, "default")
}
