package secrets

import (
	"maps"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/secret"
)

// configuration is the rule that neither a label nor a command of the image holds a secret.
func configuration() rule {
	return rule{check.Rule{
		ID: "LG-SEC-002", Name: "secret-in-configuration", Kind: finding.KindSecret, Severity: finding.SeverityHigh,
		Title:      "a label, a command or an ONBUILD instruction of the image holds a secret",
		Why:        "Labels, entry point, command, health check and ONBUILD instructions are in the configuration, which whoever can pull the image reads, and which registries show.",
		Remedy:     "Revoke the secret, remove it from the instruction, and let the program read it from a mounted secret when it starts.",
		References: cwe(),
	}, findConfiguration}
}

// said is a text of the configuration.
type said struct {
	instruction, field string
	found              []secret.Secret
	word               string // by which the entry of the history is known
}

func findConfiguration(r check.Rule, s *Subject) []finding.Finding {
	var out []finding.Finding
	for _, text := range s.said() {
		for _, what := range text.found {
			out = append(out, s.at(r, what, text.field, ", in "+text.field, s.last(text.instruction, text.word)))
		}
	}
	return out
}

// said lists the texts of the configuration, with the secrets in them.
func (s *Subject) said() []said {
	c := s.Image.Config.Config
	var out []said
	for _, name := range slices.Sorted(maps.Keys(c.Labels)) {
		what, ok := secret.Variable(name, c.Labels[name])
		text := said{instruction: "LABEL", field: "the label " + name, word: name}
		if ok {
			what.Name = ""
			text.found = []secret.Secret{what}
		} else {
			text.found = secret.Text(c.Labels[name])
		}
		out = append(out, text)
	}
	for _, command := range []struct {
		instruction, field string
		line               []string
	}{{"ENTRYPOINT", "the entry point", c.Entrypoint}, {"CMD", "the command", c.Cmd}} {
		out = append(out, said{instruction: command.instruction, field: command.field, found: secret.Text(strings.Join(command.line, " "))})
	}
	for _, trigger := range c.OnBuild {
		out = append(out, said{instruction: "ONBUILD", field: "an ONBUILD instruction", found: secret.Text(trigger), word: trigger})
	}
	if c.Healthcheck != nil {
		out = append(out, said{instruction: "HEALTHCHECK", field: "the health check", found: secret.Text(strings.Join(c.Healthcheck.Test, " "))})
	}
	return out
}

// inConfiguration tells whether a secret is one of a label or a command.
func (s *Subject) inConfiguration(what secret.Secret) bool {
	return slices.ContainsFunc(s.said(), func(text said) bool {
		return slices.ContainsFunc(text.found, func(f secret.Secret) bool {
			return f.Hash == what.Hash && f.Shown == what.Shown && f.Type == what.Type
		})
	})
}
