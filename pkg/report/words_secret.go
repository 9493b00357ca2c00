package report

import "github.com/layergate/layergate/pkg/finding"

// secretKind has the words of secrets, which are described as failed checks are.
func secretKind() kindWords {
	return likeCheck(finding.KindSecret, "Secret", "secret", listing{id: "secrets", title: "Secrets"})
}
