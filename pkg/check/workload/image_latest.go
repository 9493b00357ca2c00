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
	}
}

func findImageLatest(_ *input, _ *workload.Workload, c *workload.Container) []violation {
	n := imageref.Split(c.Image.Value)
	switch {
	case c.Image.Value == "", n.Digest != "", strings.Contains(c.Image.Value, "$"):
		return nil // none, or one that only a variable's value tells
	case n.Tag == "":
		return []violation{{at: c.Image.Place, saw: fmt.Sprintf("the image %s has no tag, which is latest", safetext.Escape(c.Image.Value))}}
	case n.Tag == "latest":
		return []violation{{at: c.Image.Place, saw: fmt.Sprintf("the image is %s", safetext.Escape(c.Image.Value))}}
	}
	return nil
}
