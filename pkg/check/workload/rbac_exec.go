package workload

import (
	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
)

func rbacExec() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-K8S-016", Name: "rbac-exec", Kind: finding.KindCheck, Severity: finding.SeverityHigh,
			Title:  "a role may run commands in pods",
			Why:    "Who may run commands in a pod, or put a container into it, has its rights, its secrets and its network. The proxy of a node runs them in every pod there, past the record of the API server.",
			Remedy: "Remove the right; keep it for people, for a time.",
			References: []check.Reference{
				{Name: "Trivy KSV-0053"},
				{Name: "Trivy KSV-0047"},
				{Name: "Kubescape C-0002", URL: kubescapePage + "c-0002"},
				{Name: "Kubescape C-0063", URL: kubescapePage + "c-0063"},
				{Name: "Kubernetes: good practices of RBAC", URL: rbacPage},
			},
		},
		manifests: findRBACExec,
	}
}

func findRBACExec(in *input) []violation {
	return inRules(in, func(r rbacv1.PolicyRule) string {
		if grants(r, []string{"pods/exec", "pods/attach", "pods/*", "nodes/proxy"}, []string{"create", "get"}) ||
			grants(r, []string{"pods/ephemeralcontainers", "pods/*"}, []string{"update", "patch"}) {
			return "verbs"
		}
		return ""
	}, func(string) string { return "commands may be run in pods" })
}
