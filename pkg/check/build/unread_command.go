package build

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
)

// unreadCommand says which commands the other rules know nothing of.
func unreadCommand() rule {
	return rule{check.Rule{
		ID: "LG-DF-014", Name: "command-not-read", Kind: finding.KindCheck, Severity: finding.SeverityLow, Information: true,
		Title:  "a command could not be read",
		Why:    "The rules about downloads and package managers read the language of POSIX shells and Bash. They say nothing of what is written in another.",
		Remedy: "Look at the command yourself, or write it for a POSIX shell.",
		References: []check.Reference{
			{Name: "POSIX: Shell Command Language", URL: "https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html"},
		},
	}, findUnreadCommand}
}

func findUnreadCommand(_ *Subject, steps []*step) []seen {
	var out []seen
	for _, s := range steps {
		if s.script.unread != "" && s.Location.Line > 0 {
			out = append(out, seen{step: s, excerpt: excerpt{text: s.Script.Text}, saw: s.script.unread})
		}
	}
	return out
}
