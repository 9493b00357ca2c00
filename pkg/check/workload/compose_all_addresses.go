package workload

import (
	"fmt"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
)

func composeAllAddresses() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-COMPOSE-014", Name: "published-on-all-addresses", Kind: finding.KindCheck, Severity: finding.SeverityLow, Information: true,
			Title:  "a port is published at every address of the host",
			Why:    "The engine opens the port before the host's firewall rules, for every network that the host is in.",
			Remedy: "Write the address in front, such as 127.0.0.1:8080:80, where not everybody is to reach it.",
			References: []check.Reference{
				{Name: "CIS Docker 5.14"},
				{Name: "Docker: port publishing", URL: "https://docs.docker.com/engine/network/port-publishing/"},
			},
		},
		platforms: []workload.Platform{workload.Compose},
		container: findComposeAllAddresses,
	}
}

func findComposeAllAddresses(_ *input, _ *workload.Workload, c *workload.Container) []violation {
	var out []violation
	for _, p := range c.Ports {
		if p.Host != 0 && (p.HostIP == "" || p.HostIP == "0.0.0.0" || p.HostIP == "::") {
			out = append(out, violation{at: p.Place, saw: fmt.Sprintf("port %d is published without an address", p.Host), field: fmt.Sprintf("port %d/%s", p.Host, p.Protocol)})
		}
	}
	return out
}
