package workload

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
)

func ineffective() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-RUN-025", Name: "protection-without-effect", Kind: finding.KindCheck, Severity: finding.SeverityMedium,
			Title:  "a protection has no effect on this platform",
			Why:    "The manifest looks as if the workload were protected. The platform passes over what it says there.",
			Remedy: "Remove it, and protect the workload by what the platform has.",
			References: []check.Reference{
				{Name: "Docker: stack files", URL: "https://docs.docker.com/engine/swarm/stack-deploy/"},
			},
		},
		platforms: []workload.Platform{workload.Swarm, workload.Marathon},
		workload:  findIneffective,
	}
}

func findIneffective(_ *input, w *workload.Workload) []violation {
	var out []violation
	for _, i := range w.Ineffective {
		out = append(out, violation{at: i.Place, saw: i.Why, field: i.Field, container: i.Container})
	}
	return out
}
