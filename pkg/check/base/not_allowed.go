package base

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/dockerfile"
	"github.com/layergate/layergate/pkg/finding"
)

// notAllowed is the rule that the base is one that the policy allows.
func notAllowed() rule {
	return rule{check.Rule{
		ID: finding.RuleBaseNotAllowed, Name: "base-not-allowed", Kind: finding.KindCheck, Severity: finding.SeverityHigh,
		Title:  "the base image is none that the policy allows",
		Why:    "All that the base image brings runs in production, and nobody who answers for it has approved this one.",
		Remedy: "Take a base image that allowed-bases names, or have this one added there.",
		References: []check.Reference{
			{Name: "CIS Docker 4.2"},
			{Name: "hadolint DL3026", URL: "https://github.com/hadolint/hadolint/wiki/DL3026"},
		},
	}, findNotAllowed}
}

// findNotAllowed judges the base by its name, and what the Dockerfile names as well: the word of one may not hide the other.
func findNotAllowed(s *Subject) []seen {
	var digests []string
	if s.Confirmed != nil {
		digests = s.Confirmed.Digests
	}
	out := s.ofSources(func(source dockerfile.Source) string {
		if source.Copied || s.Policy.AllowsBase(source.Name, s.digestsOf(source.Name, digests)...) {
			return ""
		}
		return "the base image is " + source.Name
	})
	if s.Base != nil && len(out) == 0 && !s.Policy.AllowsBase(s.Base.Name, digests...) {
		out = append(out, seen{field: "base", saw: "the base image is " + s.Base.Name, at: s.Base.Location})
	}
	return out
}

// digestsOf are those of the confirmed base, for an image that is the base by its name.
func (s *Subject) digestsOf(name string, digests []string) []string {
	if s.Base == nil || s.Base.Name != name {
		return nil
	}
	return digests
}

// copiedNotAllowed is the same rule for images that files are copied from.
func copiedNotAllowed() rule {
	return rule{check.Rule{
		ID: "LG-BASE-004", Name: "copied-image-not-allowed", Kind: finding.KindCheck, Severity: finding.SeverityHigh, Information: true,
		Title:  "files are copied from an image that the policy does not allow as a base",
		Why:    "What is built in a stage, or copied from an image, runs in production as well. A policy that names this rule lets only the allowed images take part.",
		Remedy: "Take an image that allowed-bases names for the stage as well, or have this one added there.",
		References: []check.Reference{
			{Name: "hadolint DL3026", URL: "https://github.com/hadolint/hadolint/wiki/DL3026"},
		},
	}, func(s *Subject) []seen {
		return s.ofSources(func(source dockerfile.Source) string {
			if !source.Copied || s.Policy.AllowsBase(source.Name) {
				return ""
			}
			return "the image is " + source.Name
		})
	}}
}
