package workload

import (
	"fmt"
	"slices"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/safetext"
)

func rbacShared() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-K8S-034", Name: "rbac-shared-account", Kind: finding.KindCheck, Severity: finding.SeverityHigh,
			Title:  "a role is bound to an account that many have",
			Why:    "Every pod that names no account runs as the default one, and a group of all accounts has all of them: with admin or edit, whoever gets into any of these pods can read the secrets of a namespace and start pods as any of its accounts.",
			Remedy: "Give the one program that needs the role a service account of its own, and bind the role to that.",
			References: []check.Reference{
				{Name: "CIS Kubernetes 5.1.5", URL: "https://www.cisecurity.org/benchmark/kubernetes"},
				{Name: "Kubescape C-0189", URL: kubescapePage + "c-0189"},
				{Name: "Kubernetes: good practices of RBAC", URL: rbacPage},
			},
		},
		manifests: findRBACShared,
	}
}

// findRBACShared finds roles of accounts that many have. Other roles than admin and edit, and those that these two are made
// of, are for information: what they allow may be meant for all. Those of administrators are another rule's.
func findRBACShared(in *input) []violation {
	var out []violation
	for b := range in.bindings() {
		if isClusterAdmin(b.role) || isOfControlPlane(b.role) {
			continue
		}
		found := b.violations(func(s rbacv1.Subject) string {
			who := sharedBy(s)
			if who == "" {
				return ""
			}
			return fmt.Sprintf("the role %s is bound to %s", safetext.Escape(b.role.Name), safetext.Escape(who))
		})
		for i := range found {
			found[i].information = b.role.Kind != "ClusterRole" || !slices.Contains([]string{"admin", "edit", "system:aggregate-to-admin", "system:aggregate-to-edit"}, b.role.Name)
		}
		out = append(out, found...)
	}
	return out
}

// sharedBy says who has an account that many have; it is empty for all other subjects.
func sharedBy(s rbacv1.Subject) string {
	switch {
	case s.Kind == rbacv1.ServiceAccountKind && s.Name == "default",
		s.Kind == rbacv1.UserKind && strings.HasPrefix(s.Name, "system:serviceaccount:") && strings.HasSuffix(s.Name, ":default"):
		return "the default service account, which all pods have that name none"
	case s.Kind != rbacv1.GroupKind:
		return ""
	case s.Name == "system:authenticated":
		return "everybody who can log in"
	case s.Name == "system:serviceaccounts":
		return "all service accounts of the cluster"
	}
	if namespace, ok := strings.CutPrefix(s.Name, "system:serviceaccounts:"); ok {
		return "all service accounts of the namespace " + namespace
	}
	return ""
}
