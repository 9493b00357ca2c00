package workload

import (
	"fmt"
	"strings"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/safetext"
	"github.com/layergate/layergate/pkg/workload"
)

func marathonPlainFetch() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-MARATHON-001", Name: "fetched-without-encryption", Kind: finding.KindCheck, Severity: finding.SeverityHigh,
			Title:  "the task downloads files over a connection that is not encrypted",
			Why:    "Whoever is between the agent and the server puts another file in the place of that one, and the task runs it.",
			Remedy: "Download over https, or put the files into the image.",
			References: []check.Reference{
				{Name: "CWE-494", URL: "https://cwe.mitre.org/data/definitions/494.html"},
			},
		},
		platforms: []workload.Platform{workload.Marathon},
		workload:  findMarathonPlainFetch,
	}
}

func findMarathonPlainFetch(_ *input, w *workload.Workload) []violation {
	return fetched(w, true)
}

// fetched are the files that a task downloads, those over connections that are not encrypted or the others.
func fetched(w *workload.Workload, plain bool) []violation {
	var out []violation
	for _, f := range marathonTask(w).Fetched {
		scheme, _, _ := strings.Cut(strings.ToLower(f.Value), "://")
		if (scheme == "http" || scheme == "ftp") == plain {
			out = append(out, violation{at: f.Place, saw: fmt.Sprintf("it downloads %s", safetext.Escape(f.Value)), field: "fetch " + f.Value})
		}
	}
	return out
}
