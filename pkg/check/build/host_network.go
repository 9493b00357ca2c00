package build

import (
	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
)

// hostNetwork is the rule that builds do not use the host's network.
func hostNetwork() rule {
	return rule{check.Rule{
		ID: "LG-DF-012", Name: "run-in-host-network", Kind: finding.KindCheck, Severity: finding.SeverityMedium,
		Title:  "an instruction runs in the network of the builder's host",
		Why:    "What it runs, and what it downloads, reaches the services that the host offers to itself alone, such as the cloud's metadata with its credentials.",
		Remedy: "Remove --network=host.",
		References: []check.Reference{
			{Name: "Dockerfile reference: RUN --network", URL: "https://docs.docker.com/reference/dockerfile/#run---network"},
		},
	}, findHostNetwork}
}

func findHostNetwork(_ *Subject, steps []*step) []seen {
	return ofRuns(steps, "RUN --network=host", func(run *instructions.RunCommand) bool {
		return instructions.GetNetwork(run) == instructions.NetworkHost
	})
}
