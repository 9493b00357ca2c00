package workload

import (
	"fmt"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/safetext"
	"github.com/layergate/layergate/pkg/workload"
)

func swarmPlainOverlay() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-SWARM-003", Name: "unencrypted-overlay-network", Kind: finding.KindCheck, Severity: finding.SeverityMedium,
			Title:  "traffic between the nodes is not encrypted",
			Why:    "What services tell each other in an overlay network goes from node to node as it is. Whoever is in the network between them reads it.",
			Remedy: "Set driver_opts.encrypted of the network, or encrypt in the services themselves.",
			References: []check.Reference{
				{Name: "CIS Docker 7.3"},
				{Name: "Docker: overlay encryption", URL: "https://docs.docker.com/engine/network/drivers/overlay/#encrypt-traffic-on-an-overlay-network"},
				{Name: "CWE-319", URL: "https://cwe.mitre.org/data/definitions/319.html"},
			},
		},
		platforms: []workload.Platform{workload.Swarm},
		manifests: findSwarmPlainOverlay,
	}
}

func findSwarmPlainOverlay(in *input) []violation {
	var out []violation
	for p := range in.projects(workload.Swarm) {
		for _, n := range p.Networks {
			if (n.Driver == "" || n.Driver == "overlay") && !n.Encrypted.Value {
				v := violation{at: n.Encrypted.Place, saw: fmt.Sprintf("the network %s is not encrypted", safetext.Escape(n.Name)), field: "encrypted", resource: "network/" + n.Name}
				if !n.Encrypted.Set {
					v.add = "true"
				}
				out = append(out, v)
			}
		}
	}
	return out
}
