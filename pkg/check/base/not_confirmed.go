package base

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
)

// notConfirmed is the rule that the base is the one that it is called, where the policy asks for certain ones.
func notConfirmed() rule {
	return rule{check.Rule{
		ID: finding.RuleBaseNotConfirmed, Name: "base-not-confirmed", Kind: finding.KindCheck, Severity: finding.SeverityHigh,
		Title:  "the layers do not show that the image is built on the base that it names",
		Why:    "A Dockerfile and labels say what their author wrote. The policy allows certain base images, and only the layers in the registry tell whether this is one.",
		Remedy: "Build on the base image as it is in the registry now, best by its digest, and give the run access to that registry.",
		References: []check.Reference{
			{Name: "OCI image configuration: rootfs.diff_ids", URL: "https://github.com/opencontainers/image-spec/blob/main/config.md"},
		},
	}, func(s *Subject) []seen {
		if len(s.Policy.AllowedBases) == 0 || s.Confirmed != nil || s.onScratch() {
			return nil
		}
		why := s.Unconfirmed
		if s.Base == nil {
			why = "neither the Dockerfile nor the image says what the base image is"
		}
		return []seen{{field: "base", saw: why, at: s.from()}}
	}}
}
