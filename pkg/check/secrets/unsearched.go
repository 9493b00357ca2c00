package secrets

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
)

// unsearched is the rule that every file can be searched to its end.
func unsearched() rule {
	return rule{check.Rule{
		ID: "LG-SEC-015", Name: "not-searched", Kind: finding.KindSecret, Severity: finding.SeverityMedium,
		Title:      "a part of the image was not searched for secrets to its end",
		Why:        "The file holds so much that looks like secrets that the search was given up: what it holds is not known.",
		Remedy:     "Leave the file out of the image, or look at it and accept it in writing.",
		References: cwe(),
	}, inFiles}
}
