package workload

import (
	"cmp"
	"fmt"

	"github.com/layergate/layergate/pkg/account"
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
)

func rootUser() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-RUN-001", Name: "container-runs-as-root", Kind: finding.KindCheck, Severity: finding.SeverityHigh,
			Title: "the container may run as root",
			Why: "Whoever takes over a process that runs as root owns every file of the container, and needs one flaw of the kernel or one careless mount to own its host. " +
				"For information where root of the container is nobody on the host (hostUsers: false, userns_mode), and of Compose and Marathon where the image alone tells and is not at hand.",
			Remedy: "Let the container run as a user of its own, and have the platform refuse root.",
			References: []check.Reference{
				{Name: "CIS Docker 4.1"},
				{Name: "PSS restricted", URL: pssPage},
				{Name: "Trivy KSV-0012"},
				{Name: "kube-linter run-as-non-root", URL: kubeLinterPage},
				{Name: "Kubescape C-0013", URL: kubescapePage + "c-0013"},
				{Name: "CWE-250", URL: "https://cwe.mitre.org/data/definitions/250.html"},
			},
		},
		container: findRootUser,
	}
}

func findRootUser(in *input, w *workload.Workload, c *workload.Container) []violation {
	// Root of a user namespace is nobody on the host.
	apart := w.HostUsers.Set && !w.HostUsers.Value
	user := in.runsAs(c, c.User.Value)
	switch {
	case c.User.Set && c.User.Value != "" && user.Kind == account.Root:
		why := cmp.Or(user.Why, "which is root")
		return []violation{{at: c.User.Place, saw: fmt.Sprintf("the user is %q, %s", c.User.Value, why), wants: "Write the number of another user, such as 65532.", information: apart}}
	case c.User.Set && c.User.Value != "", c.NonRoot.Value:
		return nil
	case c.NonRoot.Set:
		return []violation{{at: c.NonRoot.Place, saw: "the platform is told to start root, too", wants: "Write true in place of false.", information: apart}}
	}
	v, ok := withoutUser(w, c)
	if !ok {
		return nil
	}
	switch v.information = v.information || apart; in.imageUser(c) {
	case account.Numeric:
		return nil
	case account.Named:
		if w.Platform != workload.Kubernetes { // whose kubelet cannot tell
			return nil
		}
	case account.Root:
		v.saw, v.information = v.saw+", and the image runs as root", apart
	}
	return []violation{v}
}

// withoutUser is what is wrong with a container for which the manifest names no user, as far as the manifest tells.
func withoutUser(w *workload.Workload, c *workload.Container) (violation, bool) {
	switch {
	case known(c.NonRoot):
		return violation{at: c.NonRoot.Place, saw: "nothing keeps the container from running as root", add: true}, true
	case known(c.User) && account.KindOf(c.User.Value) == account.Root:
		return violation{at: c.User.Place, saw: "no user is set, and the platform's own mostly is root", wants: "Write the name of a user of the agents that is not root."}, true
	case known(c.User):
		add := byPlatform(w, nil, "65532:65532", parameters("user", "65532:65532"))
		return violation{at: c.User.Place, saw: "no user is set, so that the image's user counts, which may be root", add: add, information: true}, true
	}
	return violation{}, false
}
