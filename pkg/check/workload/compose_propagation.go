package workload

import (
	"fmt"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/safetext"
	"github.com/layergate/layergate/pkg/workload"
)

func composePropagation() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-COMPOSE-009", Name: "shared-mount-propagation", Kind: finding.KindCheck, Severity: finding.SeverityHigh,
			Title:  "mounts in the container become mounts of the host",
			Why:    "With shared propagation, what a process in the container mounts there appears on the host, and in all others that mount the same.",
			Remedy: "Write rslave or rprivate, which is the default.",
			References: []check.Reference{
				{Name: "CIS Docker 5.20"},
				{Name: "mount_namespaces(7)", URL: "https://man7.org/linux/man-pages/man7/mount_namespaces.7.html"},
			},
		},
		platforms: []workload.Platform{workload.Compose, workload.Swarm},
		workload:  findComposePropagation,
	}
}

func findComposePropagation(_ *input, w *workload.Workload) []violation {
	var out []violation
	for _, m := range composeService(w).Propagates {
		out = append(out, violation{at: m.Place, saw: fmt.Sprintf("the propagation of %s is shared", safetext.Escape(m.Target)), field: m.Target})
	}
	return out
}
