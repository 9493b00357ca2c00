package workload

import (
	"strings"

	"github.com/layergate/layergate/pkg/account"
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
)

func composeHookAsRoot() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-COMPOSE-004", Name: "hook-as-root", Kind: finding.KindCheck, Severity: finding.SeverityHigh,
			Title:  "a hook runs as root or with all privileges",
			Why:    "A hook runs in the container beside the program, and as root or privileged it can do what the service is kept from.",
			Remedy: "Run the hook as the user of the service. Prepare volumes in the image, or by a pre_start container of its own.",
			References: []check.Reference{
				{Name: "Compose: lifecycle hooks", URL: "https://docs.docker.com/compose/how-tos/lifecycle/"},
				{Name: "CWE-250", URL: "https://cwe.mitre.org/data/definitions/250.html"},
			},
		},
		platforms: []workload.Platform{workload.Compose},
		workload:  findComposeHookAsRoot,
	}
}

func findComposeHookAsRoot(in *input, w *workload.Workload) []violation {
	var out []violation
	for _, h := range composeService(w).Hooks {
		kind, _, _ := strings.Cut(h.Field, "[")
		if h.Privileged.Value {
			out = append(out, violation{at: h.Privileged.Place, saw: "a hook of " + kind + " is privileged", field: h.Field + ".privileged"})
		}
		if h.User.Set && h.User.Value != "" && in.runsAs(&w.Containers[0], h.User.Value).Kind == account.Root {
			out = append(out, violation{at: h.User.Place, saw: "a hook of " + kind + " runs as root", field: h.Field + ".user"})
		}
	}
	return out
}
