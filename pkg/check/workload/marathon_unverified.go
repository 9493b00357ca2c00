package workload

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
)

func marathonUnverifiedFetch() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-MARATHON-002", Name: "fetched-without-check", Kind: finding.KindCheck, Severity: finding.SeverityLow, Information: true,
			Title:  "the task downloads files that nothing checks",
			Why:    "Marathon knows no checksum: what the server has when the task starts is what runs, whatever it was when the app was reviewed.",
			Remedy: "Put the files into the image, whose digest says what is in it.",
			References: []check.Reference{
				{Name: "CWE-494", URL: "https://cwe.mitre.org/data/definitions/494.html"},
			},
		},
		platforms: []workload.Platform{workload.Marathon},
		workload:  findMarathonUnverifiedFetch,
	}
}

func findMarathonUnverifiedFetch(_ *input, w *workload.Workload) []violation {
	return fetched(w, false)
}
