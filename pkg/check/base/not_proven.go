package base

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/dockerfile"
	"github.com/layergate/layergate/pkg/finding"
)

// notProven is the rule that the base is proven to be that of whom the policy trusts, where it asks for that.
func notProven() rule {
	return rule{check.Rule{
		ID: finding.RuleBaseNotProven, Name: "base-not-proven", Kind: finding.KindCheck, Severity: finding.SeverityHigh,
		Title:  "nothing proves that the base image is that of whom the policy trusts",
		Why:    "Whoever may push to the base image's repository can put another image there. The policy asks for what only the holder of a key can sign, about the digest of this one.",
		Remedy: "Have the base image signed with the key that allowed-bases names, or take one that is.",
		References: []check.Reference{
			{Name: "SLSA: verifying artifacts", URL: "https://slsa.dev/spec/v1.1/verifying-artifacts"},
			{Name: "cosign: signature specification", URL: "https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md"},
		},
	}, findNotProven}
}

// findNotProven judges the base, and what the Dockerfile names as well: the word of one may not hide the other. An image that is not
// allowed at all breaks another rule.
func findNotProven(s *Subject) []seen {
	out := s.ofSources(func(source dockerfile.Source) string {
		if source.Copied {
			return ""
		}
		return s.unproven(source.Name)
	})
	if s.Base == nil || len(out) > 0 {
		return out
	}
	if saw := s.unproven(s.Base.Name); saw != "" {
		out = append(out, seen{field: "base", saw: saw, at: s.Base.Location})
	}
	return out
}

// unproven says why an image that has to be proven is not; it is empty for one that is, or need not be.
func (s *Subject) unproven(name string) string {
	var digests []string
	isBase := s.Base != nil && s.Base.Name == name && s.Confirmed != nil
	if isBase {
		digests = s.Confirmed.Digests
	}
	switch proofs := s.Policy.BaseProofs(name, digests...); {
	case len(proofs) == 0:
		return ""
	case !isBase:
		return "nothing shows that the image is built on " + name + ", so no proof of it counts"
	case s.Confirmed.Proven:
		return ""
	}
	return name + ": " + s.Confirmed.Unproven
}
