package workload

import (
	"fmt"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
)

func composeRestart() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-COMPOSE-012", Name: "restart-policy", Kind: finding.KindCheck, Severity: finding.SeverityLow, Information: true,
			Title:  "nothing says how often the container is restarted",
			Why:    "Without a policy a service that ends stays down, and with one that has no end a container that cannot start takes the host for itself.",
			Remedy: "Write restart: on-failure:5.",
			References: []check.Reference{
				{Name: "CIS Docker 5.15"},
				{Name: "KICS restart_policy_on_failure_not_set_to_5"},
			},
		},
		platforms: []workload.Platform{workload.Compose},
		workload:  findComposeRestart,
	}
}

func findComposeRestart(_ *input, w *workload.Workload) []violation {
	r := composeService(w).Restart
	switch {
	case w.Kind != "service" || len(w.Containers) == 0: // a job, or another program's
		return nil
	case !r.Set:
		return []violation{{at: r.Place, saw: "there is no restart policy", add: "on-failure:5", field: "restart"}}
	case r.Value == "always", r.Value == "unless-stopped", r.Value == "any":
		return []violation{{at: r.Place, saw: fmt.Sprintf("the restart policy is %s, which has no end", r.Value), field: "restart"}}
	}
	return nil
}
