package workload

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
)

func rollingUpdate() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-RUN-024", Name: "no-rolling-update", Kind: finding.KindCheck, Severity: finding.SeverityLow, Information: true,
			Title:  "a new version stops the old one first",
			Why:    "Between the end of the old version and the start of the new one nobody answers; where the new one does not start, nobody ever does.",
			Remedy: "Let the platform replace one instance after the other.",
			References: []check.Reference{
				{Name: "kube-linter no-rolling-update-strategy", URL: kubeLinterPage},
			},
		},
		platforms: []workload.Platform{workload.Kubernetes, workload.Swarm, workload.Marathon},
		workload:  findRollingUpdate,
	}
}

func findRollingUpdate(_ *input, w *workload.Workload) []violation {
	if !known(w.RollingUpdate) || w.RollingUpdate.Value {
		return nil
	}
	return []violation{{at: w.RollingUpdate.Place, saw: "the old version ends before the new one works"}}
}
