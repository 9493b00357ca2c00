package workload

import (
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
)

func rbacEscalation() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-K8S-017", Name: "rbac-escalation", Kind: finding.KindCheck, Severity: finding.SeverityHigh,
			Title:  "a role may give itself more rights",
			Why:    "With bind, escalate, impersonate or the right to make tokens or to approve certificates that the API server takes, an account can become any other, an administrator included.",
			Remedy: "Remove the verb.",
			References: []check.Reference{
				{Name: "Trivy KSV-0043"},
				{Name: "Trivy KSV-0050"},
				{Name: "Kubescape C-0065", URL: kubescapePage + "c-0065"},
				{Name: "Kubernetes: good practices of RBAC", URL: rbacPage},
			},
		},
		manifests: findRBACEscalation,
	}
}

func findRBACEscalation(in *input) []violation {
	return inRules(in, func(r rbacv1.PolicyRule) string {
		if !slices.Contains(r.Verbs, "*") && grants(r, []string{"roles", "clusterroles", "rolebindings", "clusterrolebindings", "users", "groups", "serviceaccounts", "serviceaccounts/token"}, []string{"bind", "escalate", "impersonate"}) ||
			grants(r, []string{"serviceaccounts/token"}, []string{"create"}) || signsIn(r) {
			return "verbs"
		}
		return ""
	}, func(string) string { return "rights may be given or taken" })
}

// signsIn tells whether a rule lets somebody approve certificates by which the API server knows a user, as an administrator or a node.
func signsIn(r rbacv1.PolicyRule) bool {
	users := []string{"kubernetes.io/*", "kubernetes.io/kube-apiserver-client", "kubernetes.io/kube-apiserver-client-kubelet"}
	return !slices.Contains(r.Verbs, "*") && grants(r, []string{"signers"}, []string{"approve"}) && slices.Contains(r.APIGroups, "certificates.k8s.io") &&
		(len(r.ResourceNames) == 0 || slices.ContainsFunc(r.ResourceNames, func(name string) bool { return slices.Contains(users, name) }))
}
