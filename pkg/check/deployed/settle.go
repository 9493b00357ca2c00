package deployed

import (
	"slices"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
)

// ruleRootUser is the rule about containers that may run as root, which looks at the manifest alone.
const ruleRootUser = "LG-RUN-001"

// Settle returns what was found in the manifests alone, each with the image of its container, and with what the judged image
// answers: a container for which the manifest names no user runs as the image's.
func (in *Input) Settle(found []finding.Finding) []finding.Finding {
	out := make([]finding.Finding, 0, len(found))
	for _, f := range found {
		w, c := in.container(f)
		if c == nil {
			out = append(out, f)
			continue
		}
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

// container finds what a finding is about; nil where that is no container. Objects of one name may be several, in different
// namespaces: the one that the finding's line is in, or after, is meant.
func (in *Input) container(f finding.Finding) (*workload.Workload, *workload.Container) {
	if f.Check == nil || f.Check.Container == "" {
		return nil, nil
	}
	i := slices.IndexFunc(in.Files, func(file workload.File) bool { return file.Name == f.Path })
	if i < 0 {
		return nil, nil
	}
	var of *workload.Workload
	var out *workload.Container
	for j := range in.Files[i].Workloads {
		w := &in.Files[i].Workloads[j]
		if w.Resource() != f.Check.Resource {
			continue
		}
		for k := range w.Containers {
			c := &w.Containers[k]
			if c.Name == f.Check.Container && (out == nil || f.Location != nil && c.Place.Line <= f.Location.Line && c.Place.Line > out.Place.Line) {
				of, out = w, c
			}
		}
	}
	return of, out
}
