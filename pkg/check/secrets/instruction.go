package secrets

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/secret"
)

// instruction is the rule that no instruction of the history holds a secret.
func instruction() rule {
	return rule{check.Rule{
		ID: "LG-SEC-003", Name: "secret-in-instruction", Kind: finding.KindSecret, Severity: finding.SeverityHigh,
		Title:      "an instruction in the image's history holds a secret",
		Why:        "The history is a part of the image: whoever can pull it reads every instruction that made it, also of what a later one overwrote.",
		Remedy:     "Revoke the secret, and mount it where the instruction needs it: RUN --mount=type=secret,id=… leaves nothing in the history.",
		References: cwe(),
	}, findInstruction}
}

// findInstruction passes over what other rules find: what the configuration still has, and build arguments.
func findInstruction(r check.Rule, s *Subject) []finding.Finding {
	var out []finding.Finding
	for i := range s.From.Entries {
		e := newEntry(&s.From.Entries[i])
		if e.name == "ARG" {
			continue
		}
		_, text := s.split(e.Entry)
		for _, what := range secret.Text(text) {
			switch e.name {
			case "ENV":
				if s.inEnvironment(what) {
					continue
				}
			case "LABEL", "CMD", "ENTRYPOINT", "HEALTHCHECK", "ONBUILD":
				if s.inConfiguration(what) {
					continue
				}
			}
			out = append(out, s.at(r, what, field(what), "", e.Entry))
		}
	}
	return out
}
