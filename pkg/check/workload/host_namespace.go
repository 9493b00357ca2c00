package workload

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
)

func hostNamespace() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-RUN-011", Name: "shares-host-namespace", Kind: finding.KindCheck, Severity: finding.SeverityHigh,
			Title:  "the workload shares a namespace with its host",
			Why:    "In a namespace of the host, a container sees the processes, the shared memory or the network of the host and of all others on it.",
			Remedy: "Remove it, so that the workload has a namespace of its own.",
			References: []check.Reference{
				{Name: "CIS Docker 5.10"},
				{Name: "CIS Docker 5.16"},
				{Name: "CIS Docker 5.17"},
				{Name: "CIS Docker 5.21"},
				{Name: "CIS Docker 5.31"},
				{Name: "PSS baseline", URL: pssPage},
				{Name: "Trivy KSV-0008"},
				{Name: "Trivy KSV-0009"},
				{Name: "Trivy KSV-0010"},
				{Name: "kube-linter host-network", URL: kubeLinterPage},
				{Name: "Kubescape C-0038", URL: kubescapePage + "c-0038"},
				{Name: "Kubescape C-0041", URL: kubescapePage + "c-0041"},
			},
		},
		workload: findHostNamespace,
	}
}

func findHostNamespace(_ *input, w *workload.Workload) []violation {
	var out []violation
	for _, n := range []struct {
		name  string
		field workload.Field[bool]
	}{
		{"network", w.HostNetwork}, {"process", w.HostPID}, {"IPC", w.HostIPC}, {"UTS", w.HostUTS}, {"user", hostUsers(w)},
	} {
		if n.field.Value {
			out = append(out, violation{at: n.field.Place, saw: "the " + n.name + " namespace is the host's", field: n.name})
		}
	}
	return out
}

// hostUsers is the user namespace of a workload on platforms that have none of the host's unless a manifest asks for it.
// Pods of Kubernetes are in the host's by default.
func hostUsers(w *workload.Workload) workload.Field[bool] {
	if w.Platform == workload.Kubernetes {
		return workload.Field[bool]{}
	}
	return w.HostUsers
}
