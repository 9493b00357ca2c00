package secrets

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
)

// gitRepository is the rule that no layer holds a git repository.
func gitRepository() rule {
	return rule{check.Rule{
		ID: "LG-SEC-011", Name: "git-repository", Kind: finding.KindSecret, Severity: finding.SeverityMedium,
		Title:      "the image holds a git repository",
		Why:        "A repository holds all that was ever committed to it, also what was removed since, and often the address that it is fetched from with its token.",
		Remedy:     "Add .git to .dockerignore, or copy only what the program needs.",
		References: append(cwe(), check.Reference{Name: "CWE-527", URL: "https://cwe.mitre.org/data/definitions/527.html"}),
	}, inFiles}
}
