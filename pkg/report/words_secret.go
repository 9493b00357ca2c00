package report

import (
	"fmt"

	"github.com/layergate/layergate/pkg/finding"
)

// secretKind has the words of secrets, which are described as failed checks are.
func secretKind() kindWords {
	return likeCheck(finding.KindSecret, "Secret", "secret", listing{id: "secrets", title: "Secrets"}, func(n int) string {
		return fmt.Sprintf("Revoke %s and build without %s: whoever has the image can read %s.", plural(n, "secret"), verb(n, "it", "them"), verb(n, "it", "them"))
	})
}
