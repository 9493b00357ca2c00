package image

import (
	"fmt"

	"github.com/layergate/layergate/pkg/account"
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
)

// namedUser is the rule that USER is a number.
func namedUser() rule {
	return rule{check.Rule{
		ID: "LG-IMG-002", Name: "user-by-name", Kind: finding.KindCheck, Severity: finding.SeverityLow, Information: true,
		Title:  "USER is a name and not a number",
		Why:    "Kubernetes refuses to start a container with runAsNonRoot: true whose user is a name: it cannot tell that the name is not another one for root.",
		Remedy: "Write the user's number behind USER, such as USER 65532:65532.",
		References: []check.Reference{
			{Name: "Kubernetes: runAsNonRoot", URL: "https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#security-context"},
		},
	}, findNamedUser}
}

func findNamedUser(r check.Rule, s *Subject) []finding.Finding {
	if s.isWindows() || s.user(s.Image.Config.User).Kind != account.Named {
		return nil
	}
	return []finding.Finding{s.inConfiguration(r, "USER", fmt.Sprintf("USER %s", s.Image.Config.User), s.last("USER"))}
}
