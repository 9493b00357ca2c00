package image

import (
	"fmt"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/account"
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/facts"
	"github.com/layergate/layergate/pkg/finding"
)

// rootUser is the rule that an image must not set root as its user. Whether one is set at all is the rule of unsetUser.
func rootUser() rule {
	return rule{check.Rule{
		ID: "LG-IMG-001", Name: "runs-as-root", Kind: finding.KindCheck, Severity: finding.SeverityHigh,
		Title:  "the image runs as root",
		Why:    "Whoever takes over a process that runs as root owns every file of the container, and needs one flaw of the kernel or one careless mount to own its host.",
		Remedy: "End the Dockerfile's last stage with USER and the number of a user that owns only what the program has to write, such as USER 65532:65532.",
		References: []check.Reference{
			{Name: "CIS Docker 4.1", URL: "https://www.cisecurity.org/benchmark/docker"},
			{Name: "Trivy DS-0002", URL: "https://avd.aquasec.com/misconfig/ds-0002"},
			{Name: "CWE-250", URL: "https://cwe.mitre.org/data/definitions/250.html"},
		},
	}, findRootUser}
}

func findRootUser(r check.Rule, s *Subject) []finding.Finding {
	name := s.Image.Config.User
	u := s.user(name)
	if s.isWindows() || u.Kind != account.Root {
		return nil
	}
	saw := "USER " + name
	if u.Why != "" {
		saw += ", " + u.Why
	}
	set := s.instructions("USER")
	if len(set) == 0 {
		return []finding.Finding{s.inConfiguration(r, "USER", saw, nil)}
	}
	by := set[len(set)-1]
	f := s.inConfiguration(r, "USER", saw, by.Entry)
	for _, earlier := range set[:len(set)-1] {
		if s.user(earlier.Args).Kind == account.Root {
			continue
		}
		f.Check.Saw = fmt.Sprintf("USER %s again, after USER %s", name, earlier.Args)
		if earlier.Location != nil && by.Location != nil {
			f.Related = []finding.Related{{Location: *earlier.Location, Why: "sets another user before"}}
		}
	}
	return []finding.Finding{f}
}

// isWindows tells whether the image is for Windows, which knows no root: it says so, and its layers have nothing of another system.
func (s *Subject) isWindows() bool {
	return strings.HasPrefix(s.Platform, "windows/") && !slices.ContainsFunc(s.Facts, func(l facts.Layer) bool { return l.Unix })
}
