package workload

import (
	"fmt"
	"strings"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/safetext"
	"github.com/layergate/layergate/pkg/workload"
)

func composeVariable() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-COMPOSE-010", Name: "setting-from-variable", Kind: finding.KindCheck, Severity: finding.SeverityMedium,
			Title:  "a variable decides how far the container is isolated",
			Why:    "The variable has a value only when the project starts. Whoever sets it, on the command line or in a file, can make the container privileged, and no review sees it.",
			Remedy: "Write the value into the file.",
			References: []check.Reference{
				{Name: "Compose: interpolation", URL: "https://github.com/compose-spec/compose-spec/blob/main/12-interpolation.md"},
			},
		},
		platforms: []workload.Platform{workload.Compose},
		workload:  findComposeVariable,
	}
}

func findComposeVariable(_ *input, w *workload.Workload) []violation {
	var out []violation
	for _, v := range composeService(w).Variables {
		field := v.Place.Path[strings.LastIndexByte(v.Place.Path, '.')+1:]
		out = append(out, violation{at: v.Place, saw: fmt.Sprintf("%s is %s", field, safetext.Escape(v.Value)), field: field})
	}
	return out
}
