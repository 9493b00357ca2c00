package build

import (
	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
)

// insecureRun is the rule that builds run in the sandbox.
func insecureRun() rule {
	return rule{check.Rule{
		ID: "LG-DF-011", Name: "run-without-sandbox", Kind: finding.KindCheck, Severity: finding.SeverityHigh,
		Title:  "an instruction runs without the builder's sandbox",
		Why:    "RUN --security=insecure has all rights on the builder's host: what it runs, and what it downloads, can change the host and the images that others build there.",
		Remedy: "Remove --security=insecure, and do what needs it outside of the build.",
		References: []check.Reference{
			{Name: "Dockerfile reference: RUN --security", URL: "https://docs.docker.com/reference/dockerfile/#run---security"},
			{Name: "CWE-250", URL: "https://cwe.mitre.org/data/definitions/250.html"},
		},
	}, findInsecureRun}
}

func findInsecureRun(_ *Subject, steps []*step) []seen {
	return ofRuns(steps, "RUN --security=insecure", func(run *instructions.RunCommand) bool {
		return instructions.GetSecurity(run) == instructions.SecurityInsecure
	})
}

// ofRuns lists the RUN instructions of a Dockerfile with a flag.
func ofRuns(steps []*step, flag string, has func(*instructions.RunCommand) bool) []seen {
	var out []seen
	for _, s := range steps {
		run, ok := s.Command.(*instructions.RunCommand)
		if !ok || s.Location.Line == 0 || !has(run) {
			continue // a history does not tell of flags
		}
		text := s.Script.Text
		if len(s.Script.Exec) > 0 {
			text = s.Script.Exec[0]
		}
		out = append(out, seen{step: s, excerpt: excerpt{text: text}, saw: flag})
	}
	return out
}
