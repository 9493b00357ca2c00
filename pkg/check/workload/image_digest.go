package workload

import (
	"fmt"
	"strings"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/safetext"
	"github.com/layergate/layergate/pkg/workload"
)

func imageDigest() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-RUN-018", Name: "image-not-by-digest", Kind: finding.KindCheck, Severity: finding.SeverityLow, Information: true,
			Title:  "the image is not named by its digest",
			Why:    "A tag is what its owner says it is today: what runs after the next restart may be another image than the one that was scanned.",
			Remedy: "Write the digest behind the image: name:tag@sha256:….",
			References: []check.Reference{
				{Name: "CIS Docker 5.28"},
				{Name: "Kubescape C-0078", URL: kubescapePage + "c-0078"},
			},
		},
		container: findImageDigest,
	}
}

func findImageDigest(_ *input, _ *workload.Workload, c *workload.Container) []violation {
	if c.Image.Value == "" || splitImage(c.Image.Value).digest != "" {
		return nil
	}
	return []violation{{at: c.Image.Place, saw: fmt.Sprintf("the image is %s", safetext.Escape(c.Image.Value))}}
}

// imageName is a reference of an image in parts.
type imageName struct{ repository, tag, digest string }

// splitImage cuts a reference as it stands in a manifest, in which variables may stand for parts.
func splitImage(reference string) imageName {
	name, digest, _ := strings.Cut(reference, "@")
	n := imageName{repository: name, digest: digest}
	if i := strings.LastIndexByte(name, ':'); i > strings.LastIndexByte(name, '/') {
		n.repository, n.tag = name[:i], name[i+1:]
	}
	return n
}
