package workload

import (
	"strings"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
)

func composeOOMKiller() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-COMPOSE-017", Name: "oom-killer-off", Kind: finding.KindCheck, Severity: finding.SeverityMedium,
			Title:  "the kernel may not end the container first when memory runs out",
			Why:    "A container that the kernel does not end when it takes more memory than it may stands still, and without a limit the kernel ends others in its place.",
			Remedy: "Remove oom_kill_disable, and an oom_score_adj below zero.",
			References: []check.Reference{
				{Name: "Compose: oom_kill_disable", URL: "https://github.com/compose-spec/compose-spec/blob/main/05-services.md#oom_kill_disable"},
				{Name: "Docker: running containers, memory", URL: "https://docs.docker.com/engine/containers/resource_constraints/#understand-the-risks-of-running-out-of-memory"},
			},
		},
		platforms: []workload.Platform{workload.Compose},
		workload:  findComposeOOMKiller,
	}
}

func findComposeOOMKiller(_ *input, w *workload.Workload) []violation {
	var out []violation
	s := composeService(w)
	if s.OOMKillDisable.Value {
		out = append(out, violation{at: s.OOMKillDisable.Place, saw: "oom_kill_disable is true", field: "oom_kill_disable"})
	}
	if strings.HasPrefix(s.OOMScore.Value, "-") {
		out = append(out, violation{at: s.OOMScore.Place, saw: "oom_score_adj is " + s.OOMScore.Value + ", by which the kernel ends others first", field: "oom_score_adj"})
	}
	return out
}
