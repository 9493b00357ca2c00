package workload

import (
	"fmt"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/safetext"
	"github.com/layergate/layergate/pkg/workload"
)

func swarmUpdatePlan() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-SWARM-005", Name: "no-rollback", Kind: finding.KindCheck, Severity: finding.SeverityLow, Information: true,
			Title:  "an update that fails is not taken back",
			Why:    "Swarm pauses an update that fails, and some tasks run the new version that does not work until somebody comes.",
			Remedy: "Set failure_action: rollback in deploy.update_config.",
			References: []check.Reference{
				{Name: "Docker: update_config", URL: "https://docs.docker.com/reference/compose-file/deploy/#update_config"},
			},
		},
		platforms: []workload.Platform{workload.Swarm},
		workload:  findSwarmUpdatePlan,
	}
}

func findSwarmUpdatePlan(_ *input, w *workload.Workload) []violation {
	r := composeService(w).Rollback
	switch {
	case !r.Set:
		return []violation{{at: r.Place, saw: "nothing says what becomes of an update that fails", add: "rollback", field: "failure_action"}}
	case r.Value != "rollback":
		return []violation{{at: r.Place, saw: fmt.Sprintf("an update that fails leads to: %s", safetext.Escape(r.Value)), field: "failure_action"}}
	}
	return nil
}
