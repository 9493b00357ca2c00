package workload

import (
	"fmt"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/safetext"
	"github.com/layergate/layergate/pkg/workload"
)

func composeProvider() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-COMPOSE-005", Name: "provider", Kind: finding.KindCheck, Severity: finding.SeverityMedium,
			Title:  "a program of the host stands for a service",
			Why:    "A provider is a program on the machine that starts the project, with the rights of its user. The file only names it.",
			Remedy: "Describe the service as a container, or let what it makes be made before the project starts.",
			References: []check.Reference{
				{Name: "Compose: provider", URL: "https://github.com/compose-spec/compose-spec/blob/main/05-services.md#provider"},
			},
		},
		platforms: []workload.Platform{workload.Compose},
		workload:  findComposeProvider,
	}
}

func findComposeProvider(_ *input, w *workload.Workload) []violation {
	p := composeService(w).Provider
	if !p.Set {
		return nil
	}
	return []violation{{at: p.Place, saw: fmt.Sprintf("the provider is %s", safetext.Escape(p.Value)), field: "provider"}}
}
