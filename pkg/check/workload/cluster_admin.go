package workload

import (
	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
)

func clusterAdmin() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-K8S-013", Name: "cluster-admin", Kind: finding.KindCheck, Severity: finding.SeverityCritical,
			Title:  "somebody is made an administrator of the cluster",
			Why:    "The role cluster-admin may do everything, to every object and in every namespace. Whoever gets hold of such an account has the cluster.",
			Remedy: "Bind a role with the rights that are needed, in the namespace where they are needed.",
			References: []check.Reference{
				{Name: "Trivy KSV-0111"},
				{Name: "Trivy KSV-0123"},
				{Name: "kube-linter cluster-admin-role-binding", URL: kubeLinterPage},
				{Name: "Kubescape C-0035", URL: kubescapePage + "c-0035"},
				{Name: "Kubernetes: good practices of RBAC", URL: rbacPage},
			},
		},
		manifests: findClusterAdmin,
	}
}

func findClusterAdmin(in *input) []violation {
	var out []violation
	for b := range in.bindings() {
		if isClusterAdmin(b.role) && len(b.subjects) > 0 {
			out = append(out, violation{at: b.At("roleRef", "name"), saw: "the role is cluster-admin", resource: b.Resource()})
		}
		out = append(out, b.violations(func(s rbacv1.Subject) string {
			if s.Kind != rbacv1.GroupKind || s.Name != "system:masters" {
				return ""
			}
			return "the role is for system:masters, whose members may do everything, and no binding that is removed takes it away"
		})...)
	}
	return out
}

func isClusterAdmin(r rbacv1.RoleRef) bool {
	return r.Kind == "ClusterRole" && r.Name == "cluster-admin"
}
