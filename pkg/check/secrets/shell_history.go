package secrets

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
)

// shellHistory is the rule that no history of commands holds a secret.
func shellHistory() rule {
	return rule{check.Rule{
		ID: "LG-SEC-013", Name: "secret-in-shell-history", Kind: finding.KindSecret, Severity: finding.SeverityHigh,
		Title:      "a history of commands in the image holds a secret",
		Why:        "Whoever has the image reads what was typed while it was made.",
		Remedy:     "Change the secret, and leave the history out of the image: build it from a Dockerfile, not from a running container.",
		References: cwe(),
	}, inFiles}
}
