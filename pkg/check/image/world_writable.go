package image

import (
	"fmt"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/facts"
	"github.com/layergate/layergate/pkg/finding"
)

// writableFile is the rule that not everybody may write to a file.
func writableFile() rule {
	return rule{check.Rule{
		ID: "LG-FILE-004", Name: "world-writable-file", Kind: finding.KindCheck, Severity: finding.SeverityMedium,
		Title:  "every user may write to a file",
		Why:    "Whoever takes over any process of the container can change the file, and what reads or runs it.",
		Remedy: "Take the right away in the instruction that brings the file, with chmod o-w, and give the file to the user who has to write it.",
		References: []check.Reference{
			{Name: "CWE-732", URL: "https://cwe.mitre.org/data/definitions/732.html"},
		},
	}, func(r check.Rule, s *Subject) []finding.Finding { return s.eachFile(r, facts.WritableFile, owned) }}
}

// writableDirectory is the rule that a directory for everybody is sticky.
func writableDirectory() rule {
	return rule{check.Rule{
		ID: "LG-FILE-005", Name: "world-writable-directory", Kind: finding.KindCheck, Severity: finding.SeverityMedium,
		Title:  "every user may write to a directory that is not sticky",
		Why:    "Every user can remove and replace what others put into the directory, programs and configuration included.",
		Remedy: "Take the right away in the instruction that makes the directory, with chmod o-w, and give it to the user who has to write there; a directory for temporary files gets the mode 1777.",
		References: []check.Reference{
			{Name: "CWE-732", URL: "https://cwe.mitre.org/data/definitions/732.html"},
		},
	}, findWritableDirectory}
}

func findWritableDirectory(r check.Rule, s *Subject) []finding.Finding {
	return s.eachFile(r, facts.WritableDir, func(f facts.File) string {
		if f.Files > 0 {
			return fmt.Sprintf("%s, with %d more files and directories below it that every user may write to", owned(f), f.Files)
		}
		return owned(f)
	})
}
