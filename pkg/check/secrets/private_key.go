package secrets

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
)

// privateKey is the rule that no file holds a private key without a passphrase.
func privateKey() rule {
	return rule{check.Rule{
		ID: "LG-SEC-006", Name: "private-key", Kind: finding.KindSecret, Severity: finding.SeverityCritical,
		Title:      "the image ships a private key",
		Why:        "Whoever has the image can pass for the owner of the key, and may read what was encrypted for it.",
		Remedy:     "Replace the key and its certificate, and mount the new one when the container starts. A host key of SSH is made when the container first runs.",
		References: cwe(),
	}, inFiles}
}
