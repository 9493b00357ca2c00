package workload

import (
	"fmt"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/safetext"
	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/compose"
)

func composeNotRead() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-COMPOSE-003", Name: "part-not-read", Kind: finding.KindCheck, Severity: finding.SeverityMedium,
			Title:  "a part of the project was not looked at",
			Why:    "The file takes over services or settings from another file, or names a volume or a network that another one has to define. They count when the project starts, and no rule has seen them here.",
			Remedy: "Check the whole: docker compose config | layergate check -.",
			References: []check.Reference{
				{Name: "Compose: extends", URL: "https://github.com/compose-spec/compose-spec/blob/main/05-services.md#extends"},
			},
		},
		platforms: []workload.Platform{workload.Compose},
		manifests: findComposeNotRead,
	}
}

func findComposeNotRead(in *input) []violation {
	out := taken(in.composeParts(), func(from string) bool { return !compose.Remote(from) })
	for p := range in.projects(workload.Compose) {
		for _, f := range p.Undefined {
			out = append(out, violation{at: f.Place, saw: fmt.Sprintf("the %s is none that the file defines", safetext.Escape(f.Value)), field: f.Value, resource: "project"})
		}
	}
	return out
}
