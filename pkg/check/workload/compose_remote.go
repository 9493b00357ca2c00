package workload

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/compose"
)

func composeRemoteConfiguration() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-COMPOSE-002", Name: "remote-configuration", Kind: finding.KindCheck, Severity: finding.SeverityHigh,
			Title:  "a part of the project comes from elsewhere",
			Why:    "What is included, extended or built from another place is whatever its owner has there when the project starts, and no review here has seen it.",
			Remedy: "Copy the part into the repository, where it is reviewed with the rest.",
			References: []check.Reference{
				{Name: "Compose: include", URL: "https://github.com/compose-spec/compose-spec/blob/main/14-include.md"},
				{Name: "CWE-829", URL: "https://cwe.mitre.org/data/definitions/829.html"},
			},
		},
		platforms: []workload.Platform{workload.Compose},
		manifests: findComposeRemoteConfiguration,
	}
}

func findComposeRemoteConfiguration(in *input) []violation {
	out := taken(in.composeParts(), compose.Remote)
	for w := range in.workloads() {
		if w.Platform != workload.Compose {
			continue
		}
		var parts []composePart
		for _, f := range composeService(w).Build.Remotes {
			parts = append(parts, composePart{f, "build", w.Resource()})
		}
		out = append(out, taken(parts, func(string) bool { return true })...)
	}
	return out
}
