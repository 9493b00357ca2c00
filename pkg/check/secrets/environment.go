package secrets

import (
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/secret"
)

// environment is the rule that no variable of the image's environment holds a secret.
func environment() rule {
	return rule{check.Rule{
		ID: "LG-SEC-001", Name: "secret-in-environment", Kind: finding.KindSecret, Severity: finding.SeverityHigh,
		Title:      "an environment variable of the image holds a secret",
		Why:        "Whoever can pull the image reads its configuration, and every process of the container its environment.",
		Remedy:     "Revoke the secret, remove the ENV instruction, and hand the value to the container when it starts: as a mounted secret of the orchestrator.",
		References: append(cwe(), check.Reference{Name: "Trivy DS-0031", URL: "https://avd.aquasec.com/misconfig/ds-0031"}),
	}, findEnvironment}
}

func findEnvironment(r check.Rule, s *Subject) []finding.Finding {
	var out []finding.Finding
	for _, kv := range s.Image.Config.Config.Env {
		name, value, _ := strings.Cut(kv, "=")
		if what, ok := secret.Variable(name, value); ok {
			out = append(out, s.at(r, what, name, "", s.last("ENV", name)))
		} else if what, ok := secret.Variable("", name); ok { // as where no = is in it
			out = append(out, s.at(r, what, secret.Redact(name), "", nil))
		}
	}
	return out
}

// inEnvironment tells whether a secret is one of the environment.
func (s *Subject) inEnvironment(what secret.Secret) bool {
	for _, kv := range s.Image.Config.Config.Env {
		name, value, _ := strings.Cut(kv, "=")
		v, ok := secret.Variable(name, value)
		within := func(s secret.Secret) bool { return same(s, what) } // as in JSON
		if ok && (same(v, what) || v.Hash != "" && v.Hash == what.Hash || name == what.Name || slices.ContainsFunc(secret.Text(value), within)) {
			return true
		}
	}
	return false
}
