package workload

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/kubernetes"
)

func resourceRequests() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-K8S-027", Name: "no-resource-requests", Kind: finding.KindCheck, Severity: finding.SeverityLow,
			Title:  "the container asks for no CPU or memory",
			Why:    "The scheduler puts the pod onto a node that has nothing left for it, and it is the first to be put out.",
			Remedy: "Set requests of CPU and memory.",
			References: []check.Reference{
				{Name: "AKS Deployment Safeguards", URL: aksPage},
				{Name: "kube-linter unset-cpu-requirements", URL: kubeLinterPage},
				{Name: "Trivy KSV-0015"},
				{Name: "Trivy KSV-0016"},
			},
		},
		optional:  true,
		platforms: ofKubernetes(),
		workload:  pods(findResourceRequests),
	}
}

func findResourceRequests(_ *input, w *workload.Workload, p *kubernetes.Pod) []violation {
	var out []violation
	for _, c := range p.Containers {
		if c.Kind == workload.Ephemeral {
			continue
		}
		for name, begin := range map[corev1.ResourceName]string{corev1.ResourceCPU: "100m", corev1.ResourceMemory: "128Mi"} {
			asked, ok := c.Resources.Requests[name]
			if !ok {
				asked = c.Resources.Limits[name] // which is the request, where there is none
			}
			if asked.IsZero() {
				asked = ofPod(p, name)
			}
			if asked.IsZero() {
				at := p.In(c, "resources", "requests", string(name))
				out = append(out, violation{at: at, saw: fmt.Sprintf("no %s is asked for", name), add: begin, container: c.Name})
			}
		}
	}
	slices.SortFunc(out, func(a, b violation) int { return strings.Compare(a.container+" "+a.saw, b.container+" "+b.saw) })
	return out
}

// ofPod is what a pod asks for all its containers, by which it is scheduled where one of them asks for nothing.
func ofPod(p *kubernetes.Pod, name corev1.ResourceName) resource.Quantity {
	r := p.Spec.Resources
	if r == nil {
		return resource.Quantity{}
	}
	if asked, ok := r.Requests[name]; ok {
		return asked
	}
	return r.Limits[name]
}
