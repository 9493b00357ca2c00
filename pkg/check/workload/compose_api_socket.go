package workload

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
)

func composeAPISocket() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-COMPOSE-001", Name: "engine-api-socket", Kind: finding.KindCheck, Severity: finding.SeverityCritical,
			Title:  "the service gets the API of the container engine",
			Why:    "Compose mounts the engine's socket and the credentials for registries of whoever starts the project. Whoever has them is root on the host, and pushes images in that name.",
			Remedy: "Remove use_api_socket. To build images, use a builder that needs no engine.",
			References: []check.Reference{
				{Name: "CIS Docker 5.32"},
				{Name: "Compose: use_api_socket", URL: "https://github.com/compose-spec/compose-spec/blob/main/05-services.md#use_api_socket"},
			},
		},
		platforms: []workload.Platform{workload.Compose},
		workload:  findComposeAPISocket,
	}
}

func findComposeAPISocket(_ *input, w *workload.Workload) []violation {
	s := composeService(w)
	if !s.APISocket.Value {
		return nil
	}
	return []violation{{at: s.APISocket.Place, saw: "use_api_socket is true", field: "use_api_socket"}}
}
