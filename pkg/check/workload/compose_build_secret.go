package workload

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
)

func composeBuildSecret() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-COMPOSE-019", Name: "secret-in-compose-build", Kind: finding.KindSecret, Severity: finding.SeverityHigh,
			Title:  "a build argument of the manifest holds a secret",
			Why:    "Whoever can read the manifest or its history has it, and so has everybody who can pull the image: build arguments stay in its history.",
			Remedy: "Hand it to the build with secrets, mount it in the instruction that needs it, and make a new one: this one is known.",
			References: []check.Reference{
				{Name: "Compose: build secrets", URL: "https://github.com/compose-spec/compose-spec/blob/main/build.md#secrets"},
				{Name: "CWE-798", URL: "https://cwe.mitre.org/data/definitions/798.html"},
			},
		},
		platforms: []workload.Platform{workload.Compose},
		workload:  findComposeBuildSecret,
	}
}

func findComposeBuildSecret(_ *input, w *workload.Workload) []violation {
	return secretsIn(composeService(w).Build.Args)
}
