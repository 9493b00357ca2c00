package base

import (
	"fmt"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/dockerfile"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/imageref"
)

// latest is the rule that images are named by a version.
func latest() rule {
	return rule{check.Rule{
		ID: "LG-BASE-002", Name: "base-latest", Kind: finding.KindCheck, Severity: finding.SeverityMedium,
		Title:  "an image is named by the tag latest, or by none",
		Why:    "What latest means changes with every release, across major versions as well: the next build may be another program, and nobody can tell which one was built.",
		Remedy: "Name a version, such as debian:12.14, best with its digest behind @.",
		References: []check.Reference{
			{Name: "CIS Docker 4.2"},
			{Name: "trivy DS-0001", URL: "https://avd.aquasec.com/misconfig/ds-0001"},
			{Name: "hadolint DL3006", URL: "https://github.com/hadolint/hadolint/wiki/DL3006"},
			{Name: "hadolint DL3007", URL: "https://github.com/hadolint/hadolint/wiki/DL3007"},
		},
	}, func(s *Subject) []seen {
		return s.ofSources(func(source dockerfile.Source) string {
			switch t := imageref.Split(source.Name).Tag; {
			case pinned(source.Name):
				return ""
			case t == "":
				return source.Name + " names no tag, which means latest"
			case t == "latest":
				return fmt.Sprintf("%s names the tag latest", source.Name)
			}
			return ""
		})
	}}
}
