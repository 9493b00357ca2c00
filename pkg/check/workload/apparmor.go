package workload

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
)

func appArmor() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-RUN-017", Name: "apparmor-off", Kind: finding.KindCheck, Severity: finding.SeverityMedium,
			Title:  "AppArmor is switched off for the container",
			Why:    "The runtime's profile keeps a container from writing to /proc and /sys and from mounting. Somebody has switched it off.",
			Remedy: "Use the profile of the runtime, or one of your own.",
			References: []check.Reference{
				{Name: "CIS Docker 5.2"},
				{Name: "PSS baseline", URL: pssPage},
				{Name: "Trivy KSV-0002"},
				{Name: "Kubescape C-0055", URL: kubescapePage + "c-0055"},
			},
		},
		platforms: []workload.Platform{workload.Kubernetes, workload.Compose, workload.Marathon},
		container: findAppArmor,
	}
}

func findAppArmor(_ *input, _ *workload.Workload, c *workload.Container) []violation {
	switch {
	case c.AppArmor.Set && c.AppArmor.Value == "":
		return []violation{unknownProfile(c.AppArmor.Place)}
	case c.AppArmor.Value != "unconfined":
		return nil
	}
	return []violation{{at: c.AppArmor.Place, saw: "the AppArmor profile is unconfined"}}
}
