package secrets

import (
	"strings"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/secret"
)

// buildArgument is the rule that no build argument holds a secret.
func buildArgument() rule {
	return rule{check.Rule{
		ID: "LG-SEC-004", Name: "secret-in-build-argument", Kind: finding.KindSecret, Severity: finding.SeverityHigh,
		Title:      "a build argument in the image's history holds a secret",
		Why:        "Builders write the values of build arguments into the history beside each command that they reach, where whoever can pull the image reads them.",
		Remedy:     "Revoke the secret, and mount it where the build needs it: RUN --mount=type=secret,id=… instead of ARG.",
		References: append(cwe(), check.Reference{Name: "Dockerfile reference, ARG", URL: "https://docs.docker.com/reference/dockerfile/#arg"}),
	}, findBuildArgument}
}

// findBuildArgument finds each argument once, where it first has a secret: builders repeat it at every command behind it.
func findBuildArgument(r check.Rule, s *Subject) []finding.Finding {
	var out []finding.Finding
	seen := map[string]bool{}
	add := func(what secret.Secret, e entry) {
		if id := field(what); !seen[id] {
			seen[id] = true
			out = append(out, s.at(r, what, id, "", e.Entry))
		}
	}
	for i := range s.From.Entries {
		e := newEntry(&s.From.Entries[i])
		if e.name == "ARG" {
			found := secret.Text(e.rest)
			if name, value, _ := strings.Cut(e.rest, "="); len(found) > 0 && strings.HasPrefix(value, "{") { // JSON, which is one argument
				if what, ok := secret.Variable(name, value); ok {
					found = []secret.Secret{what}
				}
			}
			for _, what := range found {
				add(what, e)
			}
			continue
		}
		arguments, _ := s.split(e.Entry)
		for _, a := range arguments {
			if what, ok := secret.Variable(a.name, a.value); ok {
				add(what, e)
			}
		}
	}
	return out
}
