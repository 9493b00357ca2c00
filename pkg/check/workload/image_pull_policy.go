package workload

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/safetext"
	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/kubernetes"
)

func imagePullPolicy() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-K8S-022", Name: "image-pull-policy", Kind: finding.KindCheck, Severity: finding.SeverityLow, Information: true,
			Title:  "the node may start an old image of the same name",
			Why:    "With another policy than Always the node starts what it has under the tag, also for pods that have no right to pull it.",
			Remedy: "Name the image by its digest, or set imagePullPolicy to Always.",
			References: []check.Reference{
				{Name: "Kubescape C-0075", URL: kubescapePage + "c-0075"},
				{Name: "Kubernetes: images", URL: "https://kubernetes.io/docs/concepts/containers/images/#image-pull-policy"},
			},
		},
		platforms: ofKubernetes(),
		workload:  pods(findImagePullPolicy),
	}
}

func findImagePullPolicy(_ *input, w *workload.Workload, p *kubernetes.Pod) []violation {
	var out []violation
	for _, c := range p.Containers {
		if c.ImagePullPolicy == "" || c.ImagePullPolicy == corev1.PullAlways || isPinned(c.Image) {
			continue
		}
		out = append(out, violation{at: p.In(c, "imagePullPolicy"), saw: fmt.Sprintf("imagePullPolicy is %s, and the image is not named by its digest", safetext.Escape(string(c.ImagePullPolicy))), container: c.Name})
	}
	return out
}
