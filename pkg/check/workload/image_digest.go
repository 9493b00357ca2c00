package workload

import (
	"fmt"

	"github.com/opencontainers/go-digest"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/imageref"
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
	return imagesThatFail(c, isPinned)
}

// imagesThatFail lists the images of a container, its own and those whose files it mounts, that do not pass.
func imagesThatFail(c *workload.Container, passes func(image string) bool) []violation {
	var out []violation
	for _, image := range c.Images() {
		if passes(image.Value) {
			continue
		}
		v := violation{at: image.Place, saw: fmt.Sprintf("the image is %s", safetext.Escape(image.Value))}
		if image.Place.Path != c.Image.Place.Path {
			v.saw, v.field = fmt.Sprintf("the image of a volume is %s", safetext.Escape(image.Value)), "volumes:"+image.Value
		}
		out = append(out, v)
	}
	return out
}

// isPinned tells whether an image is named by a digest, and not only by something in the place of one, which no runtime takes.
func isPinned(image string) bool {
	return digest.Digest(imageref.Split(image).Digest).Validate() == nil
}
