package workload

import (
	"fmt"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/kubernetes"
)

func hostPort() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-K8S-023", Name: "host-port", Kind: finding.KindCheck, Severity: finding.SeverityMedium,
			Title:  "the container takes a port of its node",
			Why:    "The port is reached past services and network policies by all who reach the node, and only one such pod fits on each.",
			Remedy: "Remove hostPort, and use a Service.",
			References: []check.Reference{
				{Name: "PSS baseline", URL: pssPage},
				{Name: "Trivy KSV-0024"},
				{Name: "kube-linter host-port", URL: kubeLinterPage},
				{Name: "Kubescape C-0044", URL: kubescapePage + "c-0044"},
			},
		},
		platforms: ofKubernetes(),
		workload: func(in *input, w *workload.Workload) []violation {
			return append(pods(findHostPort)(in, w), findNamedHostPort(w)...)
		},
	}
}

// findNamedHostPort judges the ports that objects take outside of pods.
func findNamedHostPort(w *workload.Workload) []violation {
	if w.Object != nil {
		return nil
	}
	var out []violation
	for _, c := range w.Containers {
		for _, port := range c.Ports {
			out = append(out, violation{at: port.Place, saw: fmt.Sprintf("port %d of the node is taken", port.Host), field: fmt.Sprintf("hostPort %d", port.Host)})
		}
	}
	return out
}

func findHostPort(_ *input, w *workload.Workload, p *kubernetes.Pod) []violation {
	var out []violation
	for _, c := range p.Containers {
		for i, port := range c.Ports {
			if port.HostPort != 0 {
				out = append(out, violation{at: p.In(c, "ports", i, "hostPort"), saw: fmt.Sprintf("port %d of the node is taken", port.HostPort), container: c.Name, field: fmt.Sprintf("hostPort %d", port.HostPort)})
			}
		}
	}
	return out
}
