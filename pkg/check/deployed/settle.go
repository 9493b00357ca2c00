package deployed

import (
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
)

// ruleRootUser is the rule about containers that may run as root, which looks at the manifest alone.
const ruleRootUser = "LG-RUN-001"

// Settle returns what was found in the manifests alone, each with the image of its container, and with what the judged image
// answers: a container for which the manifest names no user runs as the image's.
func (in *Input) Settle(found []finding.Finding) []finding.Finding {
	out, containers := make([]finding.Finding, 0, len(found)), in.deployments()
	for _, f := range found {
		d, ok := meant(f, containers[containerName{f.Path, f.Check.Resource, f.Check.Container}])
		if !ok {
			out = append(out, f)
			continue
		}
		w, c := d.workload, d.container
		of := *f.Check
		f.Check, of.Image = &of, c.Image.Value
		if f.ID != ruleRootUser || c.User.Set || c.NonRoot.Set || !in.deploys(c) {
			out = append(out, f)
			continue
		}
		switch in.Image.runsAs() {
		case numericUser:
			continue
		case namedUser:
			if w.Platform != workload.Kubernetes { // whose kubelet cannot tell
				continue
			}
		case rootUser:
			of.Saw, of.Information = of.Saw+", and the image runs as root", w.HostUsers.Set && !w.HostUsers.Value
		}
		out = append(out, f)
	}
	return out
}

// runsAs is the worst that the platforms of the image run as.
func (i *Image) runsAs() userKind {
	worst := numericUser
	for _, p := range i.Platforms {
		_, kind := userOf(p.User)
		worst = max(worst, kind)
	}
	return worst
}

// containerName is what findings call a container.
type containerName struct{ path, resource, container string }

// deployment is a container and the workload that it is of.
type deployment struct {
	workload  *workload.Workload
	container *workload.Container
}

// deployments lists all containers, in the order of the files.
func (in *Input) deployments() map[containerName][]deployment {
	out := map[containerName][]deployment{}
	for _, f := range in.Files {
		for i := range f.Workloads {
			w := &f.Workloads[i]
			resource := w.Resource()
			for j := range w.Containers {
				name := containerName{f.Name, resource, w.Containers[j].Name}
				out[name] = append(out[name], deployment{w, &w.Containers[j]})
			}
		}
	}
	return out
}

// meant chooses the container that a finding is about among those of one name, which objects of several namespaces may have: the
// last one that begins before the finding's line.
func meant(f finding.Finding, of []deployment) (deployment, bool) {
	if len(of) == 0 {
		return deployment{}, false
	}
	out := of[0]
	for _, d := range of[1:] {
		if f.Location != nil && d.container.Place.Line <= f.Location.Line {
			out = d
		}
	}
	return out, true
}
