package workload

import (
	"fmt"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/safetext"
	"github.com/layergate/layergate/pkg/workload"
)

func hostPath() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-RUN-013", Name: "host-path", Kind: finding.KindCheck, Severity: finding.SeverityMedium,
			Title:  "the container mounts a path of its host",
			Why:    "What is on a host binds the workload to it, outlives it, and is shared with whatever else mounts the same.",
			Remedy: "Use a volume of the platform in place of the path; for the time zone, the variable TZ, and for certificates, the image or a config of the platform.",
			References: []check.Reference{
				{Name: "CIS Docker 5.6"},
				{Name: "PSS baseline", URL: pssPage},
				{Name: "Trivy KSV-0023"},
				{Name: "kube-linter writable-host-mount", URL: kubeLinterPage},
				{Name: "Kubescape C-0048", URL: kubescapePage + "c-0048"},
			},
		},
		container: findHostPath,
	}
}

func findHostPath(_ *input, w *workload.Workload, c *workload.Container) []violation {
	var out []violation
	for _, m := range c.Mounts {
		if m.HostPath == "" || m.IsSensitive() || workload.IsEngineSocket(m.HostPath) {
			continue
		}
		out = append(out, violation{
			at: m.Place, saw: fmt.Sprintf("%s of the host is mounted%s", safetext.Escape(m.HostPath), writable(m)), field: m.HostPath,
			// Elsewhere a mounted directory is how a project gives its own files to a container.
			information: w.Platform != workload.Kubernetes,
		})
	}
	return out
}
