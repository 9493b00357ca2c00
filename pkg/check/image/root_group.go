package image

import (
	"github.com/layergate/layergate/pkg/account"
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
)

// rootGroup is the rule that a user that is not root is not in root's group either.
func rootGroup() rule {
	return rule{check.Rule{
		ID: "LG-IMG-003", Name: "group-of-root", Kind: finding.KindCheck, Severity: finding.SeverityLow, Information: true,
		Title:  "the group is root's",
		Why:    "Files that root's group may read or write are open to the program. OpenShift asks for this group; elsewhere it is mostly an oversight, since a USER without a group has it.",
		Remedy: "Write a group behind the user, such as USER 65532:65532.",
		References: []check.Reference{
			{Name: "Dockerfile reference: USER", URL: "https://docs.docker.com/reference/dockerfile/#user"},
		},
	}, findRootGroup}
}

func findRootGroup(r check.Rule, s *Subject) []finding.Finding {
	u := s.user(s.Image.Config.User)
	if s.isWindows() || u.Kind == account.Root || !u.RootGroup {
		return nil
	}
	return []finding.Finding{s.inConfiguration(r, "USER", "USER "+s.Image.Config.User, s.last("USER"))}
}
