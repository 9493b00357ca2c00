package workload

import (
	"fmt"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/safetext"
)

func containersNotRead() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-K8S-032", Name: "containers-not-read", Kind: finding.KindCheck, Severity: finding.SeverityMedium,
			Title:  "a container of a custom resource was not judged in full",
			Why:    "The resource runs containers in a form of its own. They count in the cluster as all others do. What it says of them and opens their host is a finding of its own; what it leaves open, such as a user or a limit, no rule has judged.",
			Remedy: "Check the pods that its controller makes of it, and accept the resource in writing.",
			References: []check.Reference{
				{Name: "Kubernetes: custom resources", URL: "https://kubernetes.io/docs/concepts/extend-kubernetes/api-extension/custom-resources/"},
			},
		},
		manifests: findContainersNotRead,
	}
}

func findContainersNotRead(in *input) []violation {
	var out []violation
	for o := range in.objects() {
		for _, at := range o.Unread {
			out = append(out, violation{at: at, saw: fmt.Sprintf("%s has a container here", safetext.Escape(o.Kind)), resource: o.Resource(), field: at.Path})
		}
	}
	return out
}
