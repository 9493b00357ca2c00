package secrets

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
)

// protectedKey is the rule that no file holds a private key behind a passphrase, or a key store with one.
func protectedKey() rule {
	return rule{check.Rule{
		ID: "LG-SEC-007", Name: "protected-key", Kind: finding.KindSecret, Severity: finding.SeverityMedium,
		Title:      "the image ships a private key behind a passphrase",
		Why:        "Whoever has the image can try passphrases for as long as he likes; that of a key store is often in the same image.",
		Remedy:     "Leave the key out of the image, and mount it when the container starts. Replace it where the passphrase may be guessed.",
		References: cwe(),
	}, inFiles}
}
