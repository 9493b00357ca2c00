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
			ID: "LG-RUN-020", Name: "image-registry-not-allowed", Kind: finding.KindCheck, Severity: finding.SeverityHigh,
			Title:  "the image is of a registry that the policy does not allow",
			Why:    "What is in other registries has passed no gate, and whoever owns the name there decides what runs here.",
			Remedy: "Push the image through the gate into a registry that the policy allows, and name that one.",
			References: []check.Reference{
				{Name: "Trivy KSV-0125"},
				{Name: "Kubescape C-0078", URL: kubescapePage + "c-0078"},
			},
		},
		container: findImageRegistry,
	}
}

func findImageRegistry(in *input, _ *workload.Workload, c *workload.Container) []violation {
	if in.opt.AllowedImage == nil || c.Image.Value == "" || in.opt.AllowedImage(c.Image.Value) {
		return nil
	}
	return []violation{{at: c.Image.Place, saw: fmt.Sprintf("the image is %s", safetext.Escape(c.Image.Value))}}
}
