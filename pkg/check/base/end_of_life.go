package base

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
)

// endOfLife is the rule that the distribution gets security updates.
func endOfLife() rule {
	return rule{check.Rule{
		ID: "LG-BASE-009", Name: "distribution-end-of-life", Kind: finding.KindCheck, Severity: finding.SeverityHigh,
		Title:  "the distribution gets no more security updates",
		Why:    "New vulnerabilities in its packages are not repaired, and may not be listed.",
		Remedy: "Build on a release that is still supported.",
		References: []check.Reference{
			{Name: "endoflife.date", URL: "https://endoflife.date"},
			{Name: "CWE-1104", URL: "https://cwe.mitre.org/data/definitions/1104.html"},
		},
	}, func(s *Subject) []seen {
		if s.EndOfLife == "" {
			return nil
		}
		return []seen{{field: "distribution", saw: s.EndOfLife + " has reached its end of life", at: s.from(), ofBase: true}}
	}}
}
