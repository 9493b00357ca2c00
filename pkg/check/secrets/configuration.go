package secrets

import (
	"maps"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/origin"
	"github.com/layergate/layergate/pkg/secret"
)

// configuration is the rule that neither a label nor a command of the image holds a secret, nor another
// field of its configuration or its manifest.
func configuration() rule {
	return rule{check.Rule{
		ID: "LG-SEC-002", Name: "secret-in-configuration", Kind: finding.KindSecret, Severity: finding.SeverityHigh,
		Title:      "a label, a command, an ONBUILD instruction or another field of the image's configuration or manifest holds a secret",
		Why:        "Labels, entry point, command, health check and ONBUILD instructions are in the configuration, which whoever can pull the image reads, and which registries show. So are fields that no runtime reads, such as the container_config of Docker's older builder, and annotations. The same goes for the index and for provenance, in which BuildKit writes the build arguments.",
		Remedy:     "Revoke the secret, remove it from the instruction, and let the program read it from a mounted secret when it starts.",
		References: cwe(),
	}, findConfiguration}
}

// said is a text of the configuration.
type said struct {
	field string
	found []secret.Secret
	by    *origin.Entry // of the history, that brought it; nil for none
}

func findConfiguration(r check.Rule, s *Subject) []finding.Finding {
	var out []finding.Finding
	for _, text := range append(s.said(), s.otherTexts()...) {
		for _, what := range text.found {
			out = append(out, s.at(r, what, text.field, ", in "+text.field, text.by))
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
		text := said{field: "the label " + secret.Redact(name), by: s.last("LABEL", name)}
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
		out = append(out, said{field: command.field, found: secret.Text(strings.Join(command.line, " ")), by: s.last(command.instruction, "")})
	}
	for _, trigger := range c.OnBuild {
		out = append(out, said{field: "an ONBUILD instruction", found: secret.Text(trigger), by: s.last("ONBUILD", trigger)})
	}
	if c.Healthcheck != nil {
		out = append(out, said{field: "the health check", found: secret.Text(strings.Join(c.Healthcheck.Test, " ")), by: s.last("HEALTHCHECK", "")})
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
