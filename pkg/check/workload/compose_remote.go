package workload

import (
	"fmt"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/safetext"
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
	var out []violation
	add := func(f workload.Field[string], field, resource string) {
		if f.Set && compose.Remote(f.Value) {
			out = append(out, violation{at: f.Place, saw: fmt.Sprintf("%s names %s", field, safetext.Escape(f.Value)), field: field + " " + f.Value, resource: resource})
		}
	}
	for p := range in.projects(workload.Compose) {
		for _, f := range p.Includes {
			add(f, "include", "project")
		}
	}
	for w := range in.workloads() {
		if w.Platform == workload.Compose {
			add(composeService(w).Extends, "extends", w.Resource())
			add(composeService(w).Build.Remote, "build", w.Resource())
		}
	}
	return out
}
