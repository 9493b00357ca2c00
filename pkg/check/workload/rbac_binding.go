package workload

import (
	"iter"

	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/layergate/layergate/pkg/workload/kubernetes"
)

// binding is a RoleBinding or a ClusterRoleBinding.
type binding struct {
	*kubernetes.Object
	role     rbacv1.RoleRef
	subjects []rbacv1.Subject
}

// bindings yields the bindings of the manifests, those of the cluster first.
func (in *input) bindings() iter.Seq[binding] {
	return func(yield func(binding) bool) {
		for o, b := range typed[*rbacv1.ClusterRoleBinding](in) {
			if !yield(binding{o, b.RoleRef, b.Subjects}) {
				return
			}
		}
		for o, b := range typed[*rbacv1.RoleBinding](in) {
			if !yield(binding{o, b.RoleRef, b.Subjects}) {
				return
			}
		}
	}
}

// violations returns one for each subject of which saw has something to say.
func (b binding) violations(saw func(rbacv1.Subject) string) []violation {
	var out []violation
	for i, s := range b.subjects {
		if text := saw(s); text != "" {
			out = append(out, violation{at: b.At("subjects", i, "name"), saw: text, resource: b.Resource(), field: "subject " + s.Name})
		}
	}
	return out
}
