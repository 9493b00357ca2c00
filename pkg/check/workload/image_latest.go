package workload

import (
	"fmt"
	"strings"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/imageref"
	"github.com/layergate/layergate/pkg/safetext"
	"github.com/layergate/layergate/pkg/workload"
)

func imageLatest() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-RUN-019", Name: "image-latest", Kind: finding.KindCheck, Severity: finding.SeverityMedium,
			Title:  "the image is whatever latest is",
			Why:    "Nobody can tell which version runs, two instances may run two, and there is no way back to the one before.",
			Remedy: "Write the tag of a version and, better, the digest.",
			References: []check.Reference{
				{Name: "CIS Docker 5.28"},
				{Name: "Trivy KSV-0013"},
				{Name: "kube-linter latest-tag", URL: kubeLinterPage},
				{Name: "Kubescape C-0075", URL: kubescapePage + "c-0075"},
			},
		},
		container: findImageLatest,
		manifests: findNamedLatest,
	}
}

func findImageLatest(_ *input, _ *workload.Workload, c *workload.Container) []violation {
	var out []violation
	for _, image := range c.Images() {
		for _, v := range latest(image.Value, image.Place) {
			if image.Place.Path != c.Image.Place.Path {
				v.field = "volumes:" + image.Value
			}
			out = append(out, v)
		}
	}
	return out
}

// latest is what is wrong with an image that is whatever latest is.
func latest(image string, at workload.Place) []violation {
	n := imageref.Split(image)
	switch {
	case image == "", isPinned(image), strings.Contains(image, "$"):
		return nil // none, or one that only a variable's value tells
	case n.Tag == "":
		return []violation{{at: at, saw: fmt.Sprintf("the image %s has no tag, which is latest", safetext.Escape(image))}}
	case n.Tag == "latest":
		return []violation{{at: at, saw: fmt.Sprintf("the image is %s", safetext.Escape(image))}}
	}
	return nil
}

// findNamedLatest judges the images that objects name outside of workloads.
func findNamedLatest(in *input) []violation {
	var out []violation
	for i := range in.files {
		for _, image := range in.files[i].Images {
			for _, v := range latest(image.Value, image.Place) {
				v.resource, v.image, v.information = image.Resource, image.Value, image.Partial && imageref.Split(image.Value).Tag == ""
				out = append(out, v)
			}
		}
	}
	return out
}
