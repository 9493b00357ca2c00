package image

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
)

// unsetUser is the rule that an image says who it runs as. One that does not leaves it to whoever deploys it, as most public
// base images do: it blocks nothing by itself, and a manifest that does not set a user either is judged by the rules for
// workloads.
func unsetUser() rule {
	return rule{check.Rule{
		ID: "LG-IMG-010", Name: "user-not-set", Kind: finding.KindCheck, Severity: finding.SeverityHigh, Information: true,
		Title:  "the image sets no user",
		Why:    "It runs as root wherever the deployment sets no other user. Whoever takes over a process that runs as root owns every file of the container, and needs one flaw of the kernel or one careless mount to own its host.",
		Remedy: "End the Dockerfile's last stage with USER and the number of a user that owns only what the program has to write, such as USER 65532:65532.",
		References: []check.Reference{
			{Name: "CIS Docker 4.1", URL: "https://www.cisecurity.org/benchmark/docker"},
			{Name: "Trivy DS-0002", URL: "https://avd.aquasec.com/misconfig/ds-0002"},
			{Name: "CWE-250", URL: "https://cwe.mitre.org/data/definitions/250.html"},
		},
	}, findUnsetUser}
}

func findUnsetUser(r check.Rule, s *Subject) []finding.Finding {
	if s.isWindows() || s.Image.Config.User != "" {
		return nil
	}
	f := s.inConfiguration(r, "USER", "USER is not set", nil)
	f.Location = s.lastLine()
	return []finding.Finding{f}
}
