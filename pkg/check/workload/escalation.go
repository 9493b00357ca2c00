package workload

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
)

func escalation() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-RUN-003", Name: "privilege-escalation", Kind: finding.KindCheck, Severity: finding.SeverityMedium,
			Title:  "processes of the container may gain privileges",
			Why:    "A program with the setuid bit or with file capabilities gives a process more rights than its parent had. Without them, a break-in stays what it was.",
			Remedy: "Forbid it: allowPrivilegeEscalation: false, or no-new-privileges.",
			References: []check.Reference{
				{Name: "CIS Docker 5.26"},
				{Name: "PSS restricted", URL: pssPage},
				{Name: "Trivy KSV-0001"},
				{Name: "kube-linter privilege-escalation-container", URL: kubeLinterPage},
				{Name: "Kubescape C-0016", URL: kubescapePage + "c-0016"},
			},
		},
		platforms: []workload.Platform{workload.Kubernetes, workload.Compose, workload.Marathon},
		container: findEscalation,
	}
}

func findEscalation(_ *input, w *workload.Workload, c *workload.Container) []violation {
	f := c.Escalation
	switch {
	case !f.Value:
		return nil
	case f.Set:
		return []violation{{at: f.Place, saw: "processes may gain more privileges than their parents"}}
	}
	v := violation{at: f.Place, saw: "nothing keeps processes from gaining more privileges than their parents"}
	v.add = byPlatform(w, false, []string{"no-new-privileges:true"}, parameters("security-opt", "no-new-privileges"))
	return []violation{v}
}
