package secrets

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
)

// registryCredential is the rule that no file holds a credential of a registry, a package manager or a version control system.
func registryCredential() rule {
	return rule{check.Rule{
		ID: "LG-SEC-008", Name: "registry-credential", Kind: finding.KindSecret, Severity: finding.SeverityHigh,
		Title:      "a file of the image holds a credential of a registry or a package manager",
		Why:        "Whoever has the image can read, and often publish, packages and images in its owner's name.",
		Remedy:     "Revoke the credential, and hand the file to the build by RUN --mount=type=secret,target=… instead of COPY.",
		References: cwe(),
	}, inFiles}
}
