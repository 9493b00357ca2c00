package workload

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
)

func pidsLimit() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-RUN-009", Name: "no-pids-limit", Kind: finding.KindCheck, Severity: finding.SeverityLow,
			Title:  "the container has no limit of processes",
			Why:    "A fork bomb in one container takes all process numbers of its host, which then starts nothing any more.",
			Remedy: "Set a limit somewhat above what the program was seen to need.",
			References: []check.Reference{
				{Name: "CIS Docker 5.29"},
				{Name: "CWE-770", URL: "https://cwe.mitre.org/data/definitions/770.html"},
			},
		},
		platforms: []workload.Platform{workload.Compose, workload.Swarm, workload.Marathon},
		container: findPIDsLimit,
	}
}

func findPIDsLimit(_ *input, w *workload.Workload, c *workload.Container) []violation {
	return unlimited(c.PIDs, "processes", byPlatform(w, nil, 100, parameters("pids-limit", "100")))
}
