package workload

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
)

func seccomp() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-RUN-016", Name: "no-seccomp-profile", Kind: finding.KindCheck, Severity: finding.SeverityMedium,
			Title:  "no seccomp profile limits the system calls of the container",
			Why:    "Without a profile every system call of the kernel can be tried, those included that no program uses and in which flaws are found.",
			Remedy: "Use the profile of the runtime, or one of your own.",
			References: []check.Reference{
				{Name: "CIS Docker 5.22"},
				{Name: "PSS restricted", URL: pssPage},
				{Name: "Trivy KSV-0030"},
				{Name: "Trivy KSV-0104"},
				{Name: "Kubescape C-0055", URL: kubescapePage + "c-0055"},
			},
		},
		platforms: []workload.Platform{workload.Kubernetes, workload.Compose, workload.Marathon},
		container: findSeccomp,
	}
}

func findSeccomp(_ *input, _ *workload.Workload, c *workload.Container) []violation {
	f := c.Seccomp
	switch {
	case f.Set && f.Value == "":
		return []violation{unknownProfile(f.Place)}
	case !known(f) || f.Value != "unconfined":
		return nil
	case f.Set:
		return []violation{{at: f.Place, saw: "the seccomp profile is switched off"}}
	}
	return []violation{{at: f.Place, saw: "no seccomp profile is set, and the platform's default is none", add: "RuntimeDefault"}}
}

// unknownProfile is what is wrong with a profile of seccomp or AppArmor that the platform does not know.
func unknownProfile(at workload.Place) violation {
	return violation{at: at, saw: "what is written there is no profile that the platform knows", wants: "Write RuntimeDefault, or Localhost with a localhostProfile."}
}
