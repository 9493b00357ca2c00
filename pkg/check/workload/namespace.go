package workload

import (
	"fmt"
	"strings"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/safetext"
	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/kubernetes"
)

func namespace() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-K8S-008", Name: "shared-namespace", Kind: finding.KindCheck, Severity: finding.SeverityLow,
			Title:  "the workload is not in a namespace of its own",
			Why:    "Rights, quotas and network policies are those of a namespace. In default they are everybody's, and in kube-system the cluster's own.",
			Remedy: "Put the workload into a namespace of its own.",
			References: []check.Reference{
				{Name: "kube-linter use-namespace", URL: kubeLinterPage},
				{Name: "Trivy KSV-0110"},
				{Name: "Trivy KSV-0037"},
				{Name: "Kubescape C-0061", URL: kubescapePage + "c-0061"},
			},
		},
		platforms: ofKubernetes(),
		workload:  pods(findNamespace),
	}
}

func findNamespace(_ *input, w *workload.Workload, p *kubernetes.Pod) []violation {
	at := p.At("metadata", "namespace")
	switch {
	case w.Namespace == "":
		return []violation{{at: at, saw: "no namespace is set, so that it is that of whoever applies the manifest", add: "my-namespace", information: true}}
	case w.Namespace == "default", strings.HasPrefix(w.Namespace, "kube-"):
		return []violation{{at: at, saw: fmt.Sprintf("the namespace is %s", safetext.Escape(w.Namespace))}}
	}
	return nil
}
