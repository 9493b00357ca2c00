package workload

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
)

func cpuLimit() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-RUN-008", Name: "no-cpu-limit", Kind: finding.KindCheck, Severity: finding.SeverityLow,
			Title:  "the container has no CPU limit",
			Why:    "One container that spins, or that mines for somebody, slows down everything on its host.",
			Remedy: "Set a limit somewhat above what the program was seen to need.",
			References: []check.Reference{
				{Name: "CIS Docker 5.12"},
				{Name: "Trivy KSV-0011"},
				{Name: "kube-linter unset-cpu-requirements", URL: kubeLinterPage},
				{Name: "Kubescape C-0270", URL: kubescapePage + "c-0270"},
				{Name: "CWE-770", URL: "https://cwe.mitre.org/data/definitions/770.html"},
			},
		},
		container: findCPULimit,
	}
}

func findCPULimit(_ *input, w *workload.Workload, c *workload.Container) []violation {
	return unlimited(c.CPU, "CPU", byPlatform(w, "500m", "0.5", 0.5))
}
