package image

import (
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

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
	switch why := unchecked(s.Image.Config.Healthcheck); why {
	case "":
		return nil
	case notSet:
		f := s.inConfiguration(r, "HEALTHCHECK", why, nil)
		f.Location = s.lastLine()
		return []finding.Finding{f}
	default:
		return []finding.Finding{s.inConfiguration(r, "HEALTHCHECK", why, s.last("HEALTHCHECK"))}
	}
}

// HasHealthCheck tells whether Docker, Compose and Swarm look whether a container of an image works.
func HasHealthCheck(c v1.Config) bool { return unchecked(c.Healthcheck) == "" }

const notSet = "HEALTHCHECK is not set"

// unchecked says why Docker runs no check of an image's; it is empty where it runs one.
func unchecked(h *v1.HealthConfig) string {
	switch {
	case h == nil || len(h.Test) == 0:
		return notSet
	case h.Test[0] == "NONE":
		return "HEALTHCHECK NONE"
	case h.Test[0] != "CMD" && h.Test[0] != "CMD-SHELL":
		return "HEALTHCHECK is neither CMD nor CMD-SHELL, and runtimes run none"
	case strings.TrimSpace(strings.Join(h.Test[1:], "")) == "":
		return "HEALTHCHECK " + h.Test[0] + " without a command"
	}
	return ""
}
