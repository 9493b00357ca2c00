package workload

import (
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
)

func rbacSecrets() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-K8S-015", Name: "rbac-secrets", Kind: finding.KindCheck, Severity: finding.SeverityHigh,
			Title:  "a role may read or change secrets",
			Why:    "Who may read the secrets of a namespace has the passwords of all that is in it, and the tokens of its accounts; in a ClusterRole, of all. Who may change them sets passwords and certificates of his own.",
			Remedy: "Name the secrets with resourceNames and get, or have the pod mount what it needs.",
			References: []check.Reference{
				{Name: "Trivy KSV-0041"},
				{Name: "Trivy KSV-0113"},
				{Name: "kube-linter access-to-secrets", URL: kubeLinterPage},
				{Name: "Kubescape C-0015", URL: kubescapePage + "c-0015"},
				{Name: "Kubernetes: good practices of RBAC", URL: rbacPage},
			},
		},
		manifests: findRBACSecrets,
	}
}

func findRBACSecrets(in *input) []violation {
	return inRules(in, func(r rbacv1.PolicyRule) string {
		verbs := []string{"get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"}
		if slices.Contains(r.ResourceNames, "") {
			verbs = []string{"list", "watch", "create", "deletecollection"} // whose requests have the empty name, and so are for all
		} else if len(r.ResourceNames) > 0 {
			return ""
		}
		if grants(r, []string{"secrets"}, verbs) {
			return "verbs"
		}
		return ""
	}, func(string) string { return "secrets may be read or changed" })
}
