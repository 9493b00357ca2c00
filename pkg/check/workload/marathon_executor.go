package workload

import (
	"fmt"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/safetext"
	"github.com/layergate/layergate/pkg/workload"
)

func marathonExecutor() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-MARATHON-003", Name: "custom-executor", Kind: finding.KindCheck, Severity: finding.SeverityMedium,
			Title:  "another executor than that of Mesos starts the task",
			Why:    "The executor is a program on the agent, with the rights of the agent. What the app says of its container counts only as far as that program heeds it.",
			Remedy: "Remove the executor, or write //cmd.",
			References: []check.Reference{
				{Name: "Marathon: apps", URL: "https://github.com/d2iq-archive/marathon/blob/master/docs/docs/rest-api/public/api/v2/types/app.raml"},
			},
		},
		platforms: []workload.Platform{workload.Marathon},
		workload:  findMarathonExecutor,
	}
}

func findMarathonExecutor(_ *input, w *workload.Workload) []violation {
	e := marathonTask(w).Executor
	if !e.Set || e.Value == "" || e.Value == "//cmd" {
		return nil
	}
	return []violation{{at: e.Place, saw: fmt.Sprintf("the executor is %s", safetext.Escape(e.Value)), field: "executor"}}
}
