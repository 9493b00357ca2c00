package workload

import (
	"fmt"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/safetext"
	"github.com/layergate/layergate/pkg/workload"
)

func composeUnsafeBuild() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-COMPOSE-016", Name: "unsafe-build", Kind: finding.KindCheck, Severity: finding.SeverityHigh,
			Title:  "the build of the image is not isolated",
			Why:    "Instructions of the Dockerfile, and all that they download, run with the privileges or in the network of the machine that builds.",
			Remedy: "Remove privileged, network: host and entitlements from the build.",
			References: []check.Reference{
				{Name: "Compose: build", URL: "https://github.com/compose-spec/compose-spec/blob/main/build.md"},
			},
		},
		platforms: []workload.Platform{workload.Compose},
		workload:  findComposeUnsafeBuild,
	}
}

func findComposeUnsafeBuild(_ *input, w *workload.Workload) []violation {
	b := composeService(w).Build.Privileged
	if !b.Set {
		return nil
	}
	return []violation{{at: b.Place, saw: fmt.Sprintf("the build has %s", safetext.Escape(b.Value)), field: "build"}}
}
