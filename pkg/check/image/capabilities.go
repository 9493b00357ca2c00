package image

import (
	"strings"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/facts"
	"github.com/layergate/layergate/pkg/finding"
)

// capabilities is the rule that no file has capabilities but those that the distribution brings so.
func capabilities() rule {
	return rule{check.Rule{
		ID: "LG-FILE-003", Name: "file-capabilities", Kind: finding.KindCheck, Severity: finding.SeverityHigh,
		Title:  "a file has capabilities and is not the distribution's own",
		Why:    "Whoever runs the file has its capabilities, parts of what root may do, whatever user the container runs as.",
		Remedy: "Leave out the setcap in the instruction that brings the file, and give the container the capability that it needs, where it needs one.",
		References: []check.Reference{
			cisSetuid, {Name: "capabilities(7)", URL: "https://man7.org/linux/man-pages/man7/capabilities.7.html"},
		},
	}, findCapabilities}
}

func findCapabilities(r check.Rule, s *Subject) []finding.Finding {
	return s.eachFile(r, facts.Capabilities, func(f facts.File) string {
		if f.Package != "" {
			return ""
		}
		return strings.Join(f.Capabilities, ", ")
	})
}
