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
			Title: "the container mounts a sensitive path of its host",
			Why: "What stands there configures or is the host: who can write it owns the host, and who can read it finds its keys. " +
				"What holds no secrets is none of it where it is mounted read-only: the time zone, certificates of authorities, hosts, hostname, resolv.conf and os-release.",
			Remedy: "Remove the mount, and give the program a copy of the file that it needs: in the image, as a config or secret of the platform, or from a directory of its own.",
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
		if m.IsSensitive() {
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
