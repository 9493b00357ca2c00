package workload

import (
	"fmt"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/safetext"
	"github.com/layergate/layergate/pkg/workload"
)

func devices() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-RUN-015", Name: "host-device", Kind: finding.KindCheck, Severity: finding.SeverityHigh,
			Title:  "the container gets a device of its host",
			Why:    "A device gives the container what it stands for, past all namespaces: a disk, the memory, the kernel log.",
			Remedy: "Remove the device, or leave it to a container that does nothing else.",
			References: []check.Reference{
				{Name: "CIS Docker 5.18"},
			},
		},
		platforms: []workload.Platform{workload.Compose, workload.Marathon},
		container: findDevices,
	}
}

func findDevices(_ *input, _ *workload.Workload, c *workload.Container) []violation {
	var out []violation
	for _, d := range c.Devices {
		out = append(out, violation{at: d.Place, saw: fmt.Sprintf("the device %s of the host is given to the container", safetext.Escape(d.Value)), field: d.Value})
	}
	return out
}
