package workload

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/kubernetes"
)

func defaultServiceAccount() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-K8S-003", Name: "default-service-account", Kind: finding.KindCheck, Severity: finding.SeverityLow, Information: true,
			Title:  "the pod runs as the default service account",
			Why:    "All pods of a namespace that name no account share this one: a right that one of them needs is everybody's.",
			Remedy: "Give the pod a service account of its own, with serviceAccountName.",
			References: []check.Reference{
				{Name: "kube-linter default-service-account", URL: kubeLinterPage},
				{Name: "Kubescape C-0034", URL: kubescapePage + "c-0034"},
			},
		},
		platforms: ofKubernetes(),
		workload:  pods(findDefaultServiceAccount),
	}
}

func findDefaultServiceAccount(in *input, w *workload.Workload, p *kubernetes.Pod) []violation {
	if accountOf(p) != "default" || !getsToken(in, p) {
		return nil
	}
	at := p.InSpec("serviceAccountName")
	if len(at.Missing) == 0 {
		return []violation{{at: at, saw: "the service account is default"}}
	}
	return []violation{{at: at, saw: "no service account is named, which is default", add: w.Name}}
}
