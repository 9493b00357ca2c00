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
			Title:  "the app or pod has no image and runs on the agent itself",
			Why:    "The command sees the files of the agent and uses its programs. Nothing says which versions they have, and no image was scanned.",
			Remedy: "Put the program into an image and name it in container.docker.image, or in image of the container of a pod.",
			References: []check.Reference{
				{Name: "Marathon: apps", URL: "https://github.com/d2iq-archive/marathon/blob/master/docs/docs/rest-api/public/api/v2/types/app.raml"},
				{Name: "Marathon: pods", URL: "https://github.com/d2iq-archive/marathon/blob/master/docs/docs/rest-api/public/api/v2/types/pod.raml"},
			},
		},
		platforms: []workload.Platform{workload.Marathon},
		workload:  findMarathonOnAgent,
	}
}

func findMarathonOnAgent(_ *input, w *workload.Workload) []violation {
	var out []violation
	for _, c := range marathonTask(w).OnAgent {
		v := violation{at: c.Place, saw: "there is no image", field: "container"}
		if c.Value != "" {
			v.container, v.field = c.Value, "image"
		}
		out = append(out, v)
	}
	return out
}
