package build

import (
	"strings"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/dockerfile"
	"github.com/layergate/layergate/pkg/finding"
)

// foreignSyntax is the rule that a frontend of others is named by its digest.
func foreignSyntax() rule {
	return rule{check.Rule{
		ID: "LG-DF-013", Name: "frontend-of-others-by-tag", Kind: finding.KindCheck, Severity: finding.SeverityMedium, Information: true,
		Title:  "the Dockerfile is read by a frontend of others, which is not named by its digest",
		Why:    "The image behind # syntax= decides what the build does. Whoever can move its tag can change every image that is built with it.",
		Remedy: "Name the frontend by its digest, as NAME@sha256:…, or take docker/dockerfile:1.",
		References: []check.Reference{
			{Name: "Dockerfile reference: syntax", URL: "https://docs.docker.com/reference/dockerfile/#syntax"},
		},
	}, findForeignSyntax}
}

func findForeignSyntax(s *Subject, _ []*step) []seen {
	name := s.Syntax.Name
	repository, _, _ := strings.Cut(strings.TrimPrefix(name, "docker.io/"), ":")
	if name == "" || strings.Contains(name, "@sha256:") || repository == "docker/dockerfile" || repository == "docker/dockerfile-upstream" {
		return nil
	}
	at := &step{Instruction: dockerfile.Instruction{Location: s.Syntax.Location, Layer: -1}}
	return []seen{{step: at, excerpt: excerpt{text: name}, saw: "# syntax= names a frontend that is not Docker's"}}
}
