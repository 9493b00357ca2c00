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

func clusterAdmin() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-K8S-013", Name: "cluster-admin", Kind: finding.KindCheck, Severity: finding.SeverityCritical,
			Title:  "somebody is made an administrator of the cluster",
			Why:    "The role cluster-admin may do everything, to every object and in every namespace. Some roles of the control plane come to the same: with system:kube-controller-manager an account makes tokens for any other, and with others it reads all secrets or starts pods as anybody. Whoever gets hold of such an account has the cluster.",
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
		if isOfControlPlane(b.role) {
			out = append(out, b.violations(func(s rbacv1.Subject) string {
				if isControlPlane(s, b.role) {
					return ""
				}
				return fmt.Sprintf("the role %s is that of the control plane, and comes to cluster-admin", safetext.Escape(b.role.Name))
			})...)
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

// isOfControlPlane tells whether a role is one that Kubernetes, or OpenShift, makes for a part of itself, and with which an account can
// become an administrator: it gives roles or tokens, reads or changes all secrets, or starts pods in every namespace. Other roles that
// begin with system: are for add-ons, too.
func isOfControlPlane(r rbacv1.RoleRef) bool {
	controller, of := strings.CutPrefix(r.Name, "system:controller:")
	switch {
	case r.Kind != "ClusterRole":
		return false
	case of:
		return slices.Contains([]string{
			"certificate-controller", "clusterrole-aggregation-controller", "cronjob-controller", "daemon-set-controller", "deployment-controller", "expand-controller", "generic-garbage-collector",
			"job-controller", "legacy-service-account-token-cleaner", "namespace-controller", "persistent-volume-binder", "replicaset-controller", "replication-controller", "resourcequota-controller",
			"statefulset-controller",
		}, controller)
	}
	return slices.Contains([]string{
		"system:kube-controller-manager", "system:node", "system:kubelet-api-admin", "system:certificates.k8s.io:kube-apiserver-client-approver",
		"system:certificates.k8s.io:kube-apiserver-client-kubelet-approver", "system:master", "sudoer",
	}, r.Name)
}

// isControlPlane tells whether a subject is the part of Kubernetes to which a new cluster has the role bound.
func isControlPlane(s rbacv1.Subject, r rbacv1.RoleRef) bool {
	switch s.Kind {
	case rbacv1.ServiceAccountKind:
		return s.Namespace == "kube-system" && r.Name == "system:controller:"+s.Name
	case rbacv1.GroupKind:
		return s.Name == "system:nodes" || s.Name == "system:masters" // the latter has a finding of its own
	}
	return strings.HasPrefix(s.Name, "system:kube-") || strings.HasPrefix(s.Name, "system:node:") || strings.HasPrefix(s.Name, "kube-apiserver")
}
