package workload

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/kubernetes"
)

func podHostUsers() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-K8S-020", Name: "no-user-namespace", Kind: finding.KindCheck, Severity: finding.SeverityLow, Information: true,
			Title:  "the pod has no user namespace of its own",
			Why:    "In a user namespace root of the pod is nobody on the node, so that who breaks out has no rights there.",
			Remedy: "Set hostUsers to false, where the nodes have a Linux and a file system that can (Kubernetes 1.33).",
			References: []check.Reference{
				{Name: "kubesec HostUsers", URL: "https://github.com/controlplaneio/kubesec/tree/master/pkg/rules"},
				{Name: "Kubernetes: user namespaces", URL: "https://kubernetes.io/docs/concepts/workloads/pods/user-namespaces/"},
			},
		},
		platforms: ofKubernetes(),
		workload:  pods(findPodHostUsers),
	}
}

func findPodHostUsers(_ *input, w *workload.Workload, p *kubernetes.Pod) []violation {
	if !w.HostUsers.Value || w.HostNetwork.Value || w.HostPID.Value || w.HostIPC.Value || p.IsWindows() {
		return nil // it has one, or the API refuses it beside a namespace of the host
	}
	if w.HostUsers.Set {
		return []violation{{at: w.HostUsers.Place, saw: "the users of the pod are those of its node"}}
	}
	return []violation{{at: w.HostUsers.Place, saw: "nothing sets the users of the pod apart from those of its node", add: false}}
}
