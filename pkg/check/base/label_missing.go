package base

import (
	"fmt"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/redact"
	"github.com/layergate/layergate/pkg/secret"
)

// labelMissing is the rule that the image has the labels which the policy asks for.
func labelMissing() rule {
	return rule{check.Rule{
		ID: finding.RuleLabelMissing, Name: "label-missing", Kind: finding.KindCheck, Severity: finding.SeverityMedium,
		Title:  "the image lacks a label that the policy asks for",
		Why:    "Labels say where an image comes from and who answers for it, wherever it runs.",
		Remedy: "Add a LABEL instruction, or give the label to the build.",
		References: []check.Reference{
			{Name: "OCI annotations", URL: "https://github.com/opencontainers/image-spec/blob/main/annotations.md"},
		},
	}, findLabelMissing}
}

func findLabelMissing(s *Subject) []seen {
	var out []seen
	for _, l := range s.Policy.Labels {
		value, ok := s.Labels[l.Name]
		if ok && l.Matches(value) {
			continue
		}
		found := seen{field: l.Name, at: s.LastLine, wants: fmt.Sprintf("Add LABEL %s=… to the Dockerfile, or give the label to the build.", l.Name)}
		switch {
		case !ok:
			found.saw = "there is no label " + l.Name
		case value == "":
			found.saw = fmt.Sprintf("the label %s is empty", l.Name)
		default:
			found.saw = fmt.Sprintf("the label %s is %q, and %q is asked for", l.Name, short(secret.Redact(redact.Text(value))), l.Value)
		}
		out = append(out, found)
	}
	return out
}

// maxValue is how many characters of a label's value a finding repeats.
const maxValue = 100

func short(s string) string {
	if r := []rune(s); len(r) > maxValue {
		return string(r[:maxValue-1]) + "…"
	}
	return s
}
