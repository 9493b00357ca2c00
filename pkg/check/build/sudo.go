package build

import (
	"slices"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
)

// sudo is the rule that builds need no sudo.
func sudo() rule {
	return rule{check.Rule{
		ID: "LG-DF-010", Name: "sudo-in-build", Kind: finding.KindCheck, Severity: finding.SeverityLow, Information: true,
		Title:  "a build calls sudo",
		Why:    "An instruction runs as the user whom USER names, so that sudo is not needed. An image in which it works is one in which a process becomes root.",
		Remedy: "Write USER root before the instruction and the other user behind it, and leave sudo out of the image.",
		References: []check.Reference{
			{Name: "trivy DS-0010", URL: "https://avd.aquasec.com/misconfig/ds-0010"},
			{Name: "hadolint DL3004", URL: "https://github.com/hadolint/hadolint/wiki/DL3004"},
		},
	}, findSudo}
}

func findSudo(_ *Subject, steps []*step) []seen {
	return ofCommands(own(steps), func(c command) string {
		if c.is("sudo") || slices.Contains(c.called, "sudo") {
			return "a command runs with sudo"
		}
		return ""
	})
}
