package workload

import (
	"fmt"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/safetext"
	"github.com/layergate/layergate/pkg/workload"
)

func podWeakened() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-K8S-035", Name: "pod-weakened-isolation", Kind: finding.KindCheck, Severity: finding.SeverityHigh,
			Title:  "a setting of the pod weakens the isolation of the container",
			Why:    "Labels of SELinux and masked paths of /proc are what is left when a process has become root in the container, and a process of a Windows host is in no container at all.",
			Remedy: "Remove the setting, or use a type of SELinux that is made for this container.",
			References: []check.Reference{
				{Name: "PSS baseline", URL: pssPage},
				{Name: "Trivy KSV-0025"},
				{Name: "Trivy KSV-0027"},
				{Name: "Trivy KSV-0103"},
			},
		},
		platforms: ofKubernetes(),
		container: findWeakened,
	}
}

// findWeakened finds what weakens the isolation of a container on any platform.
func findWeakened(_ *input, _ *workload.Workload, c *workload.Container) []violation {
	var out []violation
	for _, s := range c.Weakened {
		out = append(out, violation{at: s.Place, saw: fmt.Sprintf("by %s, %s", safetext.Escape(s.Setting), s.What), field: s.Setting})
	}
	return out
}
