package workload

import (
	"fmt"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/safetext"
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
		workload:  findComposeWeakened,
	}
}

func findComposeWeakened(_ *input, w *workload.Workload) []violation {
	var out []violation
	for _, o := range composeService(w).Weakened {
		out = append(out, violation{at: o.Place, saw: fmt.Sprintf("by %s, %s", safetext.Escape(o.Option), o.What), field: o.Option})
	}
	return out
}
