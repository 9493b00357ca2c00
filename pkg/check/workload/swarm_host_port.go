package workload

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
)

func swarmHostPort() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-SWARM-004", Name: "host-mode-port", Kind: finding.KindCheck, Severity: finding.SeverityLow,
			Title:  "a port is published past the routing mesh",
			Why:    "The port is open on each node that runs a task, and only there: what balances load or limits access in front of the mesh does not see it.",
			Remedy: "Publish it in mode ingress, which is the default.",
			References: []check.Reference{
				{Name: "CIS Docker 7.2"},
				{Name: "Docker: routing mesh", URL: "https://docs.docker.com/engine/swarm/ingress/#bypass-the-routing-mesh"},
			},
		},
		platforms: []workload.Platform{workload.Swarm},
		workload:  findSwarmHostPort,
	}
}

func findSwarmHostPort(_ *input, w *workload.Workload) []violation {
	var out []violation
	for _, at := range composeService(w).HostPorts {
		out = append(out, violation{at: at, saw: "the mode of a port is host", field: at.Path})
	}
	return out
}
