package workload

import (
	"fmt"
	"slices"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
)

func addedCapabilities() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-RUN-005", Name: "dangerous-capability", Kind: finding.KindCheck, Severity: finding.SeverityHigh,
			Title:  "the container has a dangerous capability",
			Why:    "With such a capability a process can do to its host what a container is to keep it from: load modules, mount, trace others or read raw packets.",
			Remedy: "Remove the capability, or move what needs it into a container of its own.",
			References: []check.Reference{
				{Name: "CIS Docker 5.4"},
				{Name: "PSS baseline", URL: pssPage},
				{Name: "Trivy KSV-0005"},
				{Name: "Trivy KSV-0022"},
				{Name: "Trivy KSV-0119"},
				{Name: "Trivy KSV-0120"},
				{Name: "Kubescape C-0046", URL: kubescapePage + "c-0046"},
			},
		},
		container: findAddedCapabilities,
	}
}

func findAddedCapabilities(_ *input, _ *workload.Workload, c *workload.Container) []violation {
	var out []violation
	for _, added := range c.AddCaps {
		if !slices.Contains(harmlessCapabilities, added.Value) {
			out = append(out, violation{at: added.Place, saw: fmt.Sprintf("the capability %q is added", added.Value), field: added.Value})
		}
	}
	return out
}

// harmlessCapabilities are those that the baseline of the Pod Security Standards lets a container have.
var harmlessCapabilities = []string{
	"AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
}
