package workload

import (
	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload/kubernetes"
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
	add := func(o *kubernetes.Object, to rbacv1.RoleRef, subjects int) {
		if to.Kind == "ClusterRole" && to.Name == "cluster-admin" && subjects > 0 {
			out = append(out, violation{at: o.At("roleRef", "name"), saw: "the role is cluster-admin", resource: o.Resource()})
		}
	}
	for o, b := range typed[*rbacv1.ClusterRoleBinding](in) {
		add(o, b.RoleRef, len(b.Subjects))
	}
	for o, b := range typed[*rbacv1.RoleBinding](in) {
		add(o, b.RoleRef, len(b.Subjects))
	}
	return out
}
