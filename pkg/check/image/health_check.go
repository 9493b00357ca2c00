package image

import (
	"strings"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
)

// healthCheck is the rule that an image says how one sees that it works.
func healthCheck() rule {
	return rule{check.Rule{
		ID: "LG-IMG-007", Name: "no-health-check", Kind: finding.KindCheck, Severity: finding.SeverityLow, Information: true,
		Title:  "the image has no HEALTHCHECK",
		Why:    "Docker, Compose and Swarm go on using a container whose program hangs. Kubernetes takes no notice of HEALTHCHECK and has probes of its own.",
		Remedy: "Add a HEALTHCHECK instruction, or a health check to each manifest.",
		References: []check.Reference{
			{Name: "CIS Docker 4.6", URL: "https://www.cisecurity.org/benchmark/docker"},
			{Name: "Trivy DS-0026", URL: "https://avd.aquasec.com/misconfig/ds-0026"},
		},
	}, findHealthCheck}
}

func findHealthCheck(r check.Rule, s *Subject) []finding.Finding {
	h := s.Image.Config.Healthcheck
	switch {
	case h == nil || len(h.Test) == 0:
		f := s.inConfiguration(r, "HEALTHCHECK", "HEALTHCHECK is not set", nil)
		f.Location = s.lastLine()
		return []finding.Finding{f}
	case h.Test[0] == "NONE":
		return []finding.Finding{s.inConfiguration(r, "HEALTHCHECK", "HEALTHCHECK NONE", s.last("HEALTHCHECK"))}
	case h.Test[0] != "CMD" && h.Test[0] != "CMD-SHELL":
		return []finding.Finding{s.inConfiguration(r, "HEALTHCHECK", "HEALTHCHECK is neither CMD nor CMD-SHELL, and runtimes run none", s.last("HEALTHCHECK"))}
	case strings.TrimSpace(strings.Join(h.Test[1:], "")) == "":
		return []finding.Finding{s.inConfiguration(r, "HEALTHCHECK", "HEALTHCHECK "+h.Test[0]+" without a command", s.last("HEALTHCHECK"))}
	}
	return nil
}
