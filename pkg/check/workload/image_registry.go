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

// anyImage stands for one that the manifest does not name: a policy that does not allow all does not allow it.
const anyImage = "${IMAGE}"

func findImageRegistry(in *input, _ *workload.Workload, c *workload.Container) []violation {
	if in.opt.AllowedImage == nil {
		return nil
	}
	if c.Filled.Set && !in.opt.AllowedImage(anyImage) {
		return []violation{{at: c.Filled.Place, saw: fmt.Sprintf("%s names the image that runs", safetext.Escape(c.Filled.Value))}}
	}
	return imagesThatFail(c, in.opt.AllowedImage)
}

// findNamedRegistry judges the images that objects name outside of workloads, and what files deploy that were not read.
func findNamedRegistry(in *input) []violation {
	var out []violation
	for i := range in.files {
		for _, part := range in.files[i].Parts {
			if in.opt.AllowedImage != nil && part.From != "" && !in.opt.AllowedImage(anyImage) {
				out = append(out, violation{at: part.Place, saw: fmt.Sprintf("services come from %s, which was not read", safetext.Escape(part.From)), resource: part.Resource, field: "part " + part.From})
			}
		}
		for _, image := range in.files[i].Images {
			if in.opt.AllowedImage != nil && !in.opt.AllowedImage(image.Value) {
				out = append(out, violation{at: image.Place, saw: fmt.Sprintf("the image is %s", safetext.Escape(image.Value)), resource: image.Resource, image: image.Value})
			}
		}
	}
	return out
}
