package image

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/facts"
	"github.com/layergate/layergate/pkg/finding"
)

// cisSetuid is the benchmark's rule about all files that give rights.
var cisSetuid = check.Reference{Name: "CIS Docker 4.8", URL: "https://www.cisecurity.org/benchmark/docker"}

// setuid is the rule that no file is setuid but those that the distribution brings so.
func setuid() rule {
	return rule{check.Rule{
		ID: "LG-FILE-001", Name: "setuid-file", Kind: finding.KindCheck, Severity: finding.SeverityHigh,
		Title:      "a setuid file is not the distribution's own",
		Why:        "Whoever runs the file has the rights of its owner: a flaw in it, or nothing more than its purpose, makes a user root.",
		Remedy:     "Take the bit away in the instruction that brings the file, with chmod u-s, or leave the file out.",
		References: []check.Reference{cisSetuid, {Name: "CWE-732", URL: "https://cwe.mitre.org/data/definitions/732.html"}},
	}, func(r check.Rule, s *Subject) []finding.Finding { return s.beyondPackages(r, facts.Setuid) }}
}

// setgid is the rule that no file is setgid but those that the distribution brings so.
func setgid() rule {
	return rule{check.Rule{
		ID: "LG-FILE-002", Name: "setgid-file", Kind: finding.KindCheck, Severity: finding.SeverityMedium,
		Title:      "a setgid file is not the distribution's own",
		Why:        "Whoever runs the file has the rights of its group.",
		Remedy:     "Take the bit away in the instruction that brings the file, with chmod g-s, or leave the file out.",
		References: []check.Reference{cisSetuid, {Name: "CWE-732", URL: "https://cwe.mitre.org/data/definitions/732.html"}},
	}, func(r check.Rule, s *Subject) []finding.Finding { return s.beyondPackages(r, facts.Setgid) }}
}

// beyondPackages finds the files of a kind that no package of the system brings as they are.
func (s *Subject) beyondPackages(r check.Rule, kind facts.Kind) []finding.Finding {
	return s.eachFile(r, kind, func(f facts.File) string {
		if f.Package != "" {
			return ""
		}
		return owned(f)
	})
}
