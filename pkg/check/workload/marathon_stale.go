package workload

import (
	"fmt"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/imageref"
	"github.com/layergate/layergate/pkg/safetext"
	"github.com/layergate/layergate/pkg/workload"
)

func marathonStaleImage() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-MARATHON-005", Name: "image-may-be-stale", Kind: finding.KindCheck, Severity: finding.SeverityLow, Information: true,
			Title:  "an agent may run an old image of the tag",
			Why:    "An agent that has an image of that tag does not look for a newer one. Two instances of the app may run two versions.",
			Remedy: "Name the image by its digest, or set forcePullImage (forcePull in a pod).",
			References: []check.Reference{
				{Name: "Marathon: native Docker support", URL: "https://github.com/d2iq-archive/marathon/blob/master/docs/docs/native-docker.md"},
			},
		},
		platforms: []workload.Platform{workload.Marathon},
		workload:  findMarathonStaleImage,
	}
}

func findMarathonStaleImage(_ *input, w *workload.Workload) []violation {
	var out []violation
	for _, p := range marathonTask(w).Pulls {
		if p.Force.Value || imageref.Split(p.Image.Value).Digest != "" {
			continue
		}
		v := violation{at: p.Force.Place, saw: fmt.Sprintf("the image %s is not pulled where an agent has one of that tag", safetext.Escape(p.Image.Value)), field: "pull", container: p.Container}
		if !p.Force.Set {
			v.add = true
		}
		out = append(out, v)
	}
	return out
}
