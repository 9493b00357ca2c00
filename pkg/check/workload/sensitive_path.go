package workload

import (
	"fmt"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/safetext"
	"github.com/layergate/layergate/pkg/workload"
)

func sensitivePath() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-RUN-012", Name: "sensitive-host-path", Kind: finding.KindCheck, Severity: finding.SeverityHigh,
			Title:  "the container mounts a sensitive path of its host",
			Why:    "What stands there configures or is the host: who can write it owns the host, and who can read it finds its keys.",
			Remedy: "Remove the mount, or mount the one file that the program needs, read-only.",
			References: []check.Reference{
				{Name: "CIS Docker 5.6"},
				{Name: "PSS baseline", URL: pssPage},
				{Name: "Trivy KSV-0121"},
				{Name: "kube-linter sensitive-host-mounts", URL: kubeLinterPage},
				{Name: "Kubescape C-0045", URL: kubescapePage + "c-0045"},
			},
		},
		container: findSensitivePath,
	}
}

func findSensitivePath(_ *input, _ *workload.Workload, c *workload.Container) []violation {
	var out []violation
	for _, m := range c.Mounts {
		if m.HostPath != "" && workload.IsSensitivePath(m.HostPath) && !workload.IsEngineSocket(m.HostPath) {
			out = append(out, violation{at: m.Place, saw: fmt.Sprintf("%s of the host is mounted%s", safetext.Escape(m.HostPath), writable(m)), field: m.HostPath})
		}
	}
	return out
}

// writable says of a mount that it can be written.
func writable(m workload.Mount) string {
	if m.ReadOnly {
		return ""
	}
	return ", and can be written"
}
