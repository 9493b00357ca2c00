package workload

import (
	"fmt"
	"slices"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload/kubernetes"
)

func rbacWildcard() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-K8S-014", Name: "rbac-wildcard", Kind: finding.KindCheck, Severity: finding.SeverityHigh,
			Title:  "a role may do anything",
			Why:    "A wildcard gives rights that nobody thought of: on kinds that are there today, and on those that somebody adds tomorrow.",
			Remedy: "Write the groups, resources and verbs that are needed.",
			References: []check.Reference{
				{Name: "Trivy KSV-0044"},
				{Name: "Trivy KSV-0045"},
				{Name: "Trivy KSV-0046"},
				{Name: "kube-linter wildcard-in-rules", URL: kubeLinterPage},
				{Name: "Kubescape C-0187", URL: kubescapePage + "c-0187"},
				{Name: "Kubernetes: good practices of RBAC", URL: rbacPage},
			},
		},
		manifests: findRBACWildcard,
	}
}

func findRBACWildcard(in *input) []violation {
	out := inRules(in, func(r rbacv1.PolicyRule) string {
		switch {
		case slices.Contains(r.Verbs, "*") && len(r.NonResourceURLs) == 0:
			return "verbs"
		case slices.ContainsFunc(r.Resources, func(name string) bool { return name == "*" || strings.HasSuffix(name, "/*") }):
			return "resources"
		}
		return ""
	}, func(part string) string { return "the " + part + " have a wildcard" })
	for o, r := range typed[*rbacv1.ClusterRole](in) {
		if r.AggregationRule == nil {
			continue
		}
		for i, s := range r.AggregationRule.ClusterRoleSelectors {
			if len(s.MatchLabels)+len(s.MatchExpressions) == 0 {
				at := o.At("aggregationRule", "clusterRoleSelectors", i)
				out = append(out, violation{at: at, saw: "it has the rules of all cluster roles", resource: o.Resource(), field: "aggregationRule"})
			}
		}
	}
	return out
}

// inRules lists the rules of the roles that the manifests have of which a part is too much: apiGroups, resources or verbs.
func inRules(in *input, excess func(rbacv1.PolicyRule) string, says func(part string) string) []violation {
	var out []violation
	add := func(o *kubernetes.Object, rules []rbacv1.PolicyRule) {
		for i, r := range rules {
			if part := excess(r); part != "" {
				at := o.At("rules", i, part)
				out = append(out, violation{at: at, saw: says(part), resource: o.Resource(), field: fmt.Sprintf("%s of %s", part, strings.Join(slices.Concat(r.Resources, r.Verbs), ","))})
			}
		}
	}
	for o, r := range typed[*rbacv1.ClusterRole](in) {
		add(o, r.Rules)
	}
	for o, r := range typed[*rbacv1.Role](in) {
		add(o, r.Rules)
	}
	return out
}

// grants tells whether a rule gives one of the verbs on one of the resources by name, or on the subresource of one, as in */exec, of all. Other
// wildcards are another rule's.
func grants(r rbacv1.PolicyRule, resources, verbs []string) bool {
	has := func(list, of []string) bool {
		return slices.ContainsFunc(list, func(s string) bool { return slices.Contains(of, s) })
	}
	var subresources []string
	for _, name := range resources {
		if _, sub, ok := strings.Cut(name, "/"); ok && sub != "*" {
			subresources = append(subresources, "*/"+sub)
		}
	}
	return has(r.Resources, slices.Concat(resources, subresources)) && (has(r.Verbs, verbs) || slices.Contains(r.Verbs, "*"))
}
