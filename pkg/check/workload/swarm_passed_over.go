package workload

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
)

func swarmPassedOver() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-SWARM-002", Name: "passed-over-by-swarm", Kind: finding.KindCheck, Severity: finding.SeverityLow, Information: true,
			Title:  "docker stack deploy passes over a field",
			Why:    "The service runs otherwise than the file says.",
			Remedy: "Remove the field, or write what Swarm has for it: deploy.restart_policy for restart.",
			References: []check.Reference{
				{Name: "Docker: stack files", URL: "https://docs.docker.com/engine/swarm/stack-deploy/"},
			},
		},
		platforms: []workload.Platform{workload.Swarm},
		workload:  findSwarmPassedOver,
	}
}

func findSwarmPassedOver(_ *input, w *workload.Workload) []violation {
	var out []violation
	for _, f := range composeService(w).Passed {
		out = append(out, violation{at: f.Place, saw: "docker stack deploy ignores " + f.Value, field: f.Value})
	}
	return out
}
