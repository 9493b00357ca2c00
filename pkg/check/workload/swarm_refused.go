package workload

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/compose"
)

func swarmRefused() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-SWARM-001", Name: "refused-by-swarm", Kind: finding.KindCheck, Severity: finding.SeverityHigh,
			Title:  "docker stack deploy refuses the file",
			Why:    "The stack is not deployed. Where the field is a limit or a protection, somebody will take it out and put nothing in its place.",
			Remedy: "Write what Swarm has for it: limits go into deploy.resources.limits.",
			References: []check.Reference{
				{Name: "Docker: stack files", URL: "https://docs.docker.com/engine/swarm/stack-deploy/"},
			},
		},
		platforms: []workload.Platform{workload.Swarm},
		manifests: findSwarmRefused,
	}
}

func findSwarmRefused(in *input) []violation {
	var out []violation
	add := func(list []compose.Refused, resource string) {
		for _, f := range list {
			out = append(out, violation{at: f.Place, saw: f.Why, field: f.Field, resource: resource})
		}
	}
	for p := range in.projects(workload.Swarm) {
		add(p.Refused, "stack")
	}
	for w := range in.workloads() {
		add(composeService(w).Refused, w.Resource())
	}
	return out
}
