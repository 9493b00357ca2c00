package secrets

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
)

// terraformState is the rule that no layer holds the state of Terraform.
func terraformState() rule {
	return rule{check.Rule{
		ID: "LG-SEC-012", Name: "terraform-state", Kind: finding.KindSecret, Severity: finding.SeverityHigh,
		Title:      "the image holds the state of Terraform",
		Why:        "The state holds every value of what Terraform made in plain text: passwords of databases, keys, certificates.",
		Remedy:     "Leave it out of the image, keep it in a remote backend, and change the passwords that it holds.",
		References: cwe(),
	}, inFiles}
}
