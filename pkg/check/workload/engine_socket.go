package workload

import (
	"fmt"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/safetext"
	"github.com/layergate/layergate/pkg/workload"
)

func engineSocket() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-RUN-014", Name: "container-engine-socket", Kind: finding.KindCheck, Severity: finding.SeverityCritical,
			Title:  "the container gets the socket of the container engine",
			Why:    "Whoever can talk to the engine starts a privileged container, and is root on the host.",
			Remedy: "Remove the mount. To build images, use a builder that needs no engine; to watch containers, a proxy that lets only those requests through.",
			References: []check.Reference{
				{Name: "CIS Docker 5.32"},
				{Name: "Trivy KSV-0006"},
				{Name: "kube-linter docker-sock", URL: kubeLinterPage},
				{Name: "Kubescape C-0074", URL: kubescapePage + "c-0074"},
			},
		},
		container: findEngineSocket,
	}
}

func findEngineSocket(_ *input, _ *workload.Workload, c *workload.Container) []violation {
	var out []violation
	for _, m := range c.Mounts {
		if workload.IsEngineSocket(m.HostPath) {
			out = append(out, violation{at: m.Place, saw: fmt.Sprintf("%s of the host is mounted", safetext.Escape(m.HostPath)), field: m.HostPath})
		}
	}
	return out
}
