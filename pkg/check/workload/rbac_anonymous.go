package workload

import (
	"fmt"

	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/safetext"
)

func rbacAnonymous() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-K8S-033", Name: "rbac-anonymous", Kind: finding.KindCheck, Severity: finding.SeverityCritical,
			Title:  "everybody has a right in the cluster, without logging in",
			Why:    "system:anonymous and system:unauthenticated are all who reach the API server and show no credentials.",
			Remedy: "Bind the role to the accounts that need it.",
			References: []check.Reference{
				{Name: "Trivy KSV-0122"},
				{Name: "Kubescape C-0262", URL: kubescapePage + "c-0262"},
				{Name: "Kubernetes: good practices of RBAC", URL: rbacPage},
			},
		},
		manifests: findRBACAnonymous,
	}
}

func findRBACAnonymous(in *input) []violation {
	var out []violation
	for b := range in.bindings() {
		out = append(out, b.violations(func(s rbacv1.Subject) string {
			if !isAnonymous(s) {
				return ""
			}
			return fmt.Sprintf("the role %s is bound to %s", safetext.Escape(b.role.Name), s.Name)
		})...)
	}
	return out
}

// isAnonymous tells whether a subject is those who do not log in.
func isAnonymous(s rbacv1.Subject) bool {
	return s.Kind == rbacv1.UserKind && s.Name == "system:anonymous" || s.Kind == rbacv1.GroupKind && s.Name == "system:unauthenticated"
}
