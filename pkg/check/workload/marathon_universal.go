package workload

import (
	"fmt"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/safetext"
	"github.com/layergate/layergate/pkg/workload"
)

func marathonUniversal() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-MARATHON-004", Name: "docker-field-without-effect", Kind: finding.KindCheck, Severity: finding.SeverityLow,
			Title:  "a field for the Docker Engine has no effect",
			Why:    "The Universal Container Runtime does not heed privileged or parameters. The app runs otherwise than it says.",
			Remedy: "Remove the field, or write type: DOCKER where the Docker Engine is to run it.",
			References: []check.Reference{
				{Name: "Marathon: native Docker support", URL: "https://github.com/d2iq-archive/marathon/blob/master/docs/docs/native-docker.md"},
			},
		},
		platforms: []workload.Platform{workload.Marathon},
		workload:  findMarathonUniversal,
	}
}

func findMarathonUniversal(_ *input, w *workload.Workload) []violation {
	var out []violation
	for _, f := range marathonTask(w).Ineffective {
		out = append(out, violation{at: f.Place, saw: fmt.Sprintf("%s has no effect in the Universal Container Runtime", safetext.Escape(f.Value)), field: f.Value})
	}
	return out
}
