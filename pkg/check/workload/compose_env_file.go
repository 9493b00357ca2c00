package workload

import (
	"fmt"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/safetext"
	"github.com/layergate/layergate/pkg/workload"
)

func composeEnvFile() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-COMPOSE-011", Name: "environment-file-not-read", Kind: finding.KindCheck, Severity: finding.SeverityLow, Information: true,
			Title:  "variables come from a file that was not looked at",
			Why:    "Secrets in such a file are as plain as in the manifest, and settings in it count as if they stood here.",
			Remedy: "Keep secrets out of it: use secrets, which the engine mounts. Check the whole: docker compose config | layergate check -.",
			References: []check.Reference{
				{Name: "Compose: env_file", URL: "https://github.com/compose-spec/compose-spec/blob/main/05-services.md#env_file"},
			},
		},
		platforms: []workload.Platform{workload.Compose, workload.Swarm},
		workload:  findComposeEnvFile,
	}
}

func findComposeEnvFile(_ *input, w *workload.Workload) []violation {
	var out []violation
	for _, f := range composeService(w).EnvFiles {
		out = append(out, violation{at: f.Place, saw: fmt.Sprintf("env_file names %s", safetext.Escape(f.Value)), field: "env_file " + f.Value})
	}
	return out
}
