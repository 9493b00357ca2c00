package workload

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
)

func composeHealthOff() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-COMPOSE-013", Name: "health-check-switched-off", Kind: finding.KindCheck, Severity: finding.SeverityLow,
			Title:  "the health check of the image is switched off",
			Why:    "The image says how to tell whether it works, and the file has the platform not ask.",
			Remedy: "Remove what switches it off, or write a check of your own.",
			References: []check.Reference{
				{Name: "CIS Docker 5.27"},
				{Name: "Compose: healthcheck", URL: "https://github.com/compose-spec/compose-spec/blob/main/05-services.md#healthcheck"},
			},
		},
		platforms: []workload.Platform{workload.Compose, workload.Swarm},
		workload:  findComposeHealthOff,
	}
}

func findComposeHealthOff(_ *input, w *workload.Workload) []violation {
	off := composeService(w).NoHealthcheck
	if !off.Value {
		return nil
	}
	return []violation{{at: off.Place, saw: "the health check is switched off", field: "healthcheck"}}
}
