package deployed

import (
	"fmt"
	"strings"

	"github.com/layergate/layergate/pkg/account"
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
)

// doesNotStart finds containers that must not run as root, of an image for which the kubelet cannot see to that.
func doesNotStart() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-RUN-102", Name: "starts-as-non-root", Kind: finding.KindCheck, Severity: finding.SeverityHigh,
			Title:  "the container will not start with this image",
			Why:    "The kubelet refuses to start a container with runAsNonRoot whose image runs as root, or as a user whose number it cannot see.",
			Remedy: "give the image a numeric USER that is not 0, or set runAsUser in the manifest",
			References: []check.Reference{
				{Name: "Kubernetes: security context", URL: "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/"},
				{Name: "PSS restricted", URL: "https://kubernetes.io/docs/concepts/security/pod-security-standards/"},
			},
		},
		find: findDoesNotStart,
	}
}

func findDoesNotStart(in *Input, _ *workload.Workload, c *workload.Container) []violation {
	if !in.deploys(c) || c.User.Set || !c.NonRoot.Value {
		return nil
	}
	for _, p := range in.Image.Platforms {
		saw := ""
		switch name, _, _ := strings.Cut(p.User, ":"); account.KindOf(p.User) {
		case account.None:
			saw = "the image runs as root"
		case account.Root:
			saw = fmt.Sprintf("the image's USER is %s", name)
		case account.Named:
			saw = fmt.Sprintf("the image's USER is %s, a name", name)
		default:
			continue
		}
		return []violation{{at: c.NonRoot.Place, field: "runAsNonRoot", saw: in.Image.on(p) + saw + ", runAsNonRoot is true and no runAsUser is set"}}
	}
	return nil
}

// on names the platform at the start of a sentence, where the image has several.
func (i *Image) on(p Platform) string {
	if len(i.Platforms) < 2 {
		return ""
	}
	return "on " + p.Name + " "
}
