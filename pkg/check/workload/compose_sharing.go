package workload

import (
	"fmt"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/safetext"
	"github.com/layergate/layergate/pkg/workload"
)

func composeSharing() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-COMPOSE-007", Name: "shares-with-container", Kind: finding.KindCheck, Severity: finding.SeverityLow,
			Title:  "the container shares a namespace or mounts with another",
			Why:    "Whoever breaks into one of them is in the other, too: sees its processes, its memory or its network, or what it mounts.",
			Remedy: "Give each its own, and let them talk over a network of the project.",
			References: []check.Reference{
				{Name: "CIS Docker 5.16"},
				{Name: "Compose: network_mode", URL: "https://github.com/compose-spec/compose-spec/blob/main/05-services.md#network_mode"},
			},
		},
		platforms: []workload.Platform{workload.Compose},
		workload:  findComposeSharing,
	}
}

func findComposeSharing(_ *input, w *workload.Workload) []violation {
	var out []violation
	for _, s := range composeService(w).Shares {
		out = append(out, violation{at: s.Place, saw: fmt.Sprintf("%s is %s", s.Field, safetext.Escape(s.With)), field: s.Field + " " + s.With})
	}
	return out
}
