package workload

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
)

func composeWeakened() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-COMPOSE-008", Name: "weakened-isolation", Kind: finding.KindCheck, Severity: finding.SeverityHigh,
			Title:  "a security option weakens the isolation of the container",
			Why:    "Labels of SELinux, masked paths of /proc and read-only control groups are what is left when a process has become root in the container.",
			Remedy: "Remove the option.",
			References: []check.Reference{
				{Name: "CIS Docker 5.3"},
				{Name: "Docker: security options", URL: "https://docs.docker.com/reference/cli/docker/container/run/#security-opt"},
			},
		},
		platforms: []workload.Platform{workload.Compose},
		container: findWeakened,
	}
}
