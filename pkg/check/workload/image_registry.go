package workload

import (
	"fmt"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/safetext"
	"github.com/layergate/layergate/pkg/workload"
)

func imageRegistry() rule {
	return rule{
		Rule: check.Rule{
			ID: finding.RuleImageNotAllowed, Name: "image-registry-not-allowed", Kind: finding.KindCheck, Severity: finding.SeverityHigh,
			Title:  "the image is none that the policy allows",
			Why:    "What lies in other registries has passed no gate, and whoever owns the name there decides what runs here.",
			Remedy: "Deploy an image that allowed-images of the policy file allows, such as the one that the gate pushed, or have this one added there.",
			References: []check.Reference{
				{Name: "Trivy KSV-0125"},
				{Name: "Kubescape C-0078", URL: kubescapePage + "c-0078"},
			},
		},
		container: findImageRegistry,
		manifests: findNamedRegistry,
	}
}

func findImageRegistry(in *input, _ *workload.Workload, c *workload.Container) []violation {
	if in.opt.AllowedImage == nil {
		return nil
	}
	return imagesThatFail(c, in.opt.AllowedImage)
}

// findNamedRegistry judges the images that objects name outside of workloads.
func findNamedRegistry(in *input) []violation {
	var out []violation
	for i := range in.files {
		for _, image := range in.files[i].Images {
			if in.opt.AllowedImage != nil && !in.opt.AllowedImage(image.Value) {
				out = append(out, violation{at: image.Place, saw: fmt.Sprintf("the image is %s", safetext.Escape(image.Value)), resource: image.Resource, image: image.Value})
			}
		}
	}
	return out
}
