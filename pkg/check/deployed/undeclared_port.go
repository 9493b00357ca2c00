package deployed

import (
	"fmt"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
)

// undeclaredPort finds ports of containers that the image does not say it listens on.
func undeclaredPort() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-RUN-104", Name: "declared-ports", Kind: finding.KindCheck, Severity: finding.SeverityLow, Information: true,
			Title:  "the image does not declare this port",
			Why:    "Where the image says which ports it listens on and the manifest names another, traffic goes nowhere, or to a port that nobody meant to open.",
			Remedy: "name a port that the image declares, or add an EXPOSE instruction for this one",
			References: []check.Reference{
				{Name: "Dockerfile: EXPOSE", URL: "https://docs.docker.com/reference/dockerfile/#expose"},
			},
		},
		find: findUndeclaredPort,
	}
}

func findUndeclaredPort(in *Input, _ *workload.Workload, c *workload.Container) []violation {
	if !in.deploys(c) {
		return nil
	}
	var out []violation
	for _, p := range in.Image.Platforms {
		for _, port := range c.Ports {
			if len(p.Ports) == 0 || port.Container == 0 || slices.Contains(p.Ports, port.Container) {
				continue
			}
			v := violation{
				at: port.Place, field: fmt.Sprint("port:", port.Container),
				saw: fmt.Sprintf("%sthe image declares %s, and not %d", in.Image.on(p), numbers(p.Ports), port.Container),
			}
			if !slices.ContainsFunc(out, func(o violation) bool { return o.field == v.field }) {
				out = append(out, v)
			}
		}
	}
	return out
}

// numbers lists the ports in order.
func numbers(ports []int) string {
	var words []string
	for _, p := range slices.Sorted(slices.Values(ports)) {
		words = append(words, fmt.Sprint(p))
	}
	noun := "port "
	if len(words) > 1 {
		noun = "ports "
	}
	return noun + strings.Join(words, ", ")
}
