package workload

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
)

func marathonOnAgent() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-MARATHON-006", Name: "runs-on-agent", Kind: finding.KindCheck, Severity: finding.SeverityHigh,
			Title:  "the app has no image and runs on the agent itself",
			Why:    "The command sees the files of the agent and uses its programs. Nothing says which versions they have, and no image was scanned.",
			Remedy: "Put the program into an image and name it in container.docker.image.",
			References: []check.Reference{
				{Name: "Marathon: apps", URL: "https://github.com/d2iq-archive/marathon/blob/master/docs/docs/rest-api/public/api/v2/types/app.raml"},
			},
		},
		platforms: []workload.Platform{workload.Marathon},
		workload:  findMarathonOnAgent,
	}
}

func findMarathonOnAgent(_ *input, w *workload.Workload) []violation {
	at := marathonTask(w).OnAgent
	if at.File == "" {
		return nil
	}
	return []violation{{at: at, saw: "there is no image", field: "container"}}
}
