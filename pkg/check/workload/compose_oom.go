package workload

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
)

func composeOOMKiller() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-COMPOSE-017", Name: "oom-killer-off", Kind: finding.KindCheck, Severity: finding.SeverityMedium,
			Title:  "the kernel may not end the container when memory runs out",
			Why:    "A container that takes more memory than it may stands still, and without a limit the kernel ends others in its place.",
			Remedy: "Remove oom_kill_disable.",
			References: []check.Reference{
				{Name: "Compose: oom_kill_disable", URL: "https://github.com/compose-spec/compose-spec/blob/main/05-services.md#oom_kill_disable"},
			},
		},
		platforms: []workload.Platform{workload.Compose},
		workload:  findComposeOOMKiller,
	}
}

func findComposeOOMKiller(_ *input, w *workload.Workload) []violation {
	o := composeService(w).OOMKillDisable
	if !o.Value {
		return nil
	}
	return []violation{{at: o.Place, saw: "oom_kill_disable is true", field: "oom_kill_disable"}}
}
