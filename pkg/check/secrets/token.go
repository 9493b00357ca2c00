package secrets

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
)

// tokenInFile is the rule that no file holds a token of a service.
func tokenInFile() rule {
	return rule{check.Rule{
		ID: "LG-SEC-005", Name: "token-in-file", Kind: finding.KindSecret, Severity: finding.SeverityCritical,
		Title:      "the image ships a token or a key of a service",
		Why:        "Whoever has the image can use the token as its owner can, until it is revoked; that a later layer removes the file changes nothing.",
		Remedy:     "Revoke the token, and build without it: hand it to the build by RUN --mount=type=secret, and to the program when it starts.",
		References: cwe(),
	}, inFiles}
}
