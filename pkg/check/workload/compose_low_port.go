package workload

import (
	"fmt"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
)

func composeLowPort() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-COMPOSE-015", Name: "privileged-host-port", Kind: finding.KindCheck, Severity: finding.SeverityLow, Information: true,
			Title:  "a port of the host below 1024 is taken",
			Why:    "Such ports are those of known services. Who sees one answer takes it for that service.",
			Remedy: "Publish a port from 1024 on, and let a proxy have the low ones.",
			References: []check.Reference{
				{Name: "CIS Docker 5.8"},
				{Name: "KICS privileged_ports_mapped_in_container"},
			},
		},
		platforms: []workload.Platform{workload.Compose, workload.Swarm},
		container: findComposeLowPort,
	}
}

func findComposeLowPort(_ *input, _ *workload.Workload, c *workload.Container) []violation {
	var out []violation
	for _, p := range c.Ports {
		if p.Host > 0 && p.Host < 1024 {
			out = append(out, violation{at: p.Place, saw: fmt.Sprintf("port %d of the host is published", p.Host), field: fmt.Sprintf("port %d/%s", p.Host, p.Protocol)})
		}
	}
	return out
}
