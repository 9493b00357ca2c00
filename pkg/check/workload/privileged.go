package workload

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
)

func privileged() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-RUN-002", Name: "privileged", Kind: finding.KindCheck, Severity: finding.SeverityCritical,
			Title:  "the container is privileged",
			Why:    "A privileged container has every capability and every device of its host. Whoever breaks into it has the host.",
			Remedy: "Remove it, and add the one capability or device that the program needs.",
			References: []check.Reference{
				{Name: "CIS Docker 5.5"},
				{Name: "PSS baseline", URL: pssPage},
				{Name: "Trivy KSV-0017"},
				{Name: "kube-linter privileged-container", URL: kubeLinterPage},
				{Name: "Kubescape C-0057", URL: kubescapePage + "c-0057"},
				{Name: "CWE-250", URL: "https://cwe.mitre.org/data/definitions/250.html"},
			},
		},
		platforms: []workload.Platform{workload.Kubernetes, workload.Compose, workload.Marathon},
		container: findPrivileged,
	}
}

func findPrivileged(_ *input, _ *workload.Workload, c *workload.Container) []violation {
	if !c.Privileged.Value {
		return nil
	}
	return []violation{{at: c.Privileged.Place, saw: "the container is privileged"}}
}
