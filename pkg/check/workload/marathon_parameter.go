package workload

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
)

func marathonWeakeningParameter() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-MARATHON-007", Name: "weakening-parameter", Kind: finding.KindCheck, Severity: finding.SeverityMedium,
			Title:  "a parameter of the Docker Engine weakens the isolation of the container",
			Why:    "Parameters are flags of docker run, which Marathon hands on without a look at them.",
			Remedy: "Remove the parameter.",
			References: []check.Reference{
				{Name: "CIS Docker 5.20"},
				{Name: "CIS Docker 5.24"},
				{Name: "Docker: docker run", URL: "https://docs.docker.com/reference/cli/docker/container/run/"},
			},
		},
		platforms: []workload.Platform{workload.Marathon},
		container: findWeakened,
	}
}
