package base

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/dockerfile"
	"github.com/layergate/layergate/pkg/finding"
)

// byTag is the rule that images are named by their digest.
func byTag() rule {
	return rule{check.Rule{
		ID: "LG-BASE-001", Name: "base-by-tag", Kind: finding.KindCheck, Severity: finding.SeverityLow, Information: true,
		Title:  "an image is named by a tag and not by its digest",
		Why:    "The next build may get another image under the same tag, with other content than the one that was looked at.",
		Remedy: "Write NAME:TAG@sha256:… and let a bot such as Renovate or Dependabot keep the digest current.",
		References: []check.Reference{
			{Name: "OpenSSF Scorecard: Pinned-Dependencies", URL: "https://github.com/ossf/scorecard/blob/main/docs/checks.md#pinned-dependencies"},
			{Name: "SLSA: resolved dependencies", URL: "https://slsa.dev/spec/v1.0/provenance"},
		},
	}, func(s *Subject) []seen {
		return s.ofSources(func(source dockerfile.Source) string {
			if pinned(source.Name) {
				return ""
			}
			return source.Name + " names no digest"
		})
	}}
}
