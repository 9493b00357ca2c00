package workload

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
)

func memoryLimit() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-RUN-007", Name: "no-memory-limit", Kind: finding.KindCheck, Severity: finding.SeverityLow,
			Title:  "the container has no memory limit",
			Why:    "One container that leaks or is flooded takes the memory of its host, and the kernel ends others in its place.",
			Remedy: "Set a limit somewhat above what the program was seen to need.",
			References: []check.Reference{
				{Name: "CIS Docker 5.11"},
				{Name: "Trivy KSV-0018"},
				{Name: "kube-linter unset-memory-requirements", URL: kubeLinterPage},
				{Name: "Kubescape C-0271", URL: kubescapePage + "c-0271"},
				{Name: "CWE-770", URL: "https://cwe.mitre.org/data/definitions/770.html"},
			},
		},
		container: findMemoryLimit,
	}
}

func findMemoryLimit(_ *input, w *workload.Workload, c *workload.Container) []violation {
	return unlimited(c.Memory, "memory", byPlatform(w, "256Mi", "256M", 256))
}

// unlimited is the violation of a limit that is missing or lifted, with a value to begin with.
func unlimited(f workload.Field[string], of string, begin any) []violation {
	switch {
	case !known(f):
		return nil
	case f.Value == "unlimited", f.Set && (f.Value == "0" || f.Value == "-1"):
		return []violation{{at: f.Place, saw: "the limit of " + of + " is lifted"}}
	case f.Value == "":
		return []violation{{at: f.Place, saw: "there is no limit of " + of, add: begin}}
	}
	return nil
}

// byPlatform is a value as the platform of a workload writes it.
func byPlatform(w *workload.Workload, kubernetes, compose, marathon any) any {
	switch w.Platform {
	case workload.Kubernetes:
		return kubernetes
	case workload.Marathon:
		return marathon
	}
	return compose
}
