package secrets

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
)

// setting is the rule that no file of settings, such as .env, holds a password.
func setting() rule {
	return rule{check.Rule{
		ID: "LG-SEC-010", Name: "secret-in-settings", Kind: finding.KindSecret, Severity: finding.SeverityHigh,
		Title:      "a file of settings in the image holds a password",
		Why:        "Whoever has the image reads the password; it is the same in every place where the image runs.",
		Remedy:     "Change the password, leave the file out of the image, by .dockerignore where COPY takes the whole directory, and mount it when the container starts.",
		References: cwe(),
	}, inFiles}
}
