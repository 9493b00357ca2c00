package secrets

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
)

// cloudCredential is the rule that no file holds a credential of a cloud, a cluster or a vault.
func cloudCredential() rule {
	return rule{check.Rule{
		ID: "LG-SEC-009", Name: "cloud-credential", Kind: finding.KindSecret, Severity: finding.SeverityCritical,
		Title:      "a file of the image holds a credential of a cloud or a cluster",
		Why:        "Whoever has the image can do in the cloud or the cluster what the credential allows.",
		Remedy:     "Revoke the credential, and give the workload an identity of its own: a role, a managed identity or a service account.",
		References: cwe(),
	}, inFiles}
}
