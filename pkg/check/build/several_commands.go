package build

import (
	"fmt"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
)

// severalCommands is the rule that what has no effect is not there.
func severalCommands() rule {
	return rule{check.Rule{
		ID: "LG-DF-008", Name: "replaced-instruction", Kind: finding.KindCheck, Severity: finding.SeverityLow, Information: true,
		Title:  "an instruction has no effect: a later one of the same stage replaces it",
		Why:    "Only the last CMD, ENTRYPOINT and HEALTHCHECK of a stage counts. Whoever reads the first one believes that something else runs.",
		Remedy: "Remove the instruction that has no effect.",
		References: []check.Reference{
			{Name: "trivy DS-0016", URL: "https://avd.aquasec.com/misconfig/ds-0016"},
			{Name: "trivy DS-0007", URL: "https://avd.aquasec.com/misconfig/ds-0007"},
			{Name: "hadolint DL4003", URL: "https://github.com/hadolint/hadolint/wiki/DL4003"},
		},
	}, findSeveralCommands}
}

func findSeveralCommands(_ *Subject, steps []*step) []seen {
	last := map[string]*step{} // by stage and instruction
	var out []seen
	for _, s := range own(steps) {
		switch s.Command.(type) {
		case *instructions.CmdCommand, *instructions.EntrypointCommand, *instructions.HealthCheckCommand:
		default:
			continue
		}
		if s.Deferred || s.Location.Line == 0 {
			continue
		}
		name := strings.ToUpper(s.Command.Name())
		key := s.Stage + " " + name
		if before := last[key]; before != nil {
			out = append(out, seen{step: before, saw: fmt.Sprintf("%s is replaced by line %d", name, s.Location.Line)})
		}
		last[key] = s
	}
	return out
}
