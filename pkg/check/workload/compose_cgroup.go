package workload

import (
	"fmt"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/safetext"
	"github.com/layergate/layergate/pkg/workload"
)

func composeHostCgroup() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-COMPOSE-006", Name: "host-control-group", Kind: finding.KindCheck, Severity: finding.SeverityMedium,
			Title:  "the container is in control groups that are not its own",
			Why:    "In the namespace of the host a container sees the control groups of all others, and below another parent its limits are those of somebody else.",
			Remedy: "Remove the field, so that the engine's own counts.",
			References: []check.Reference{
				{Name: "CIS Docker 5.24"},
				{Name: "Compose: cgroup", URL: "https://github.com/compose-spec/compose-spec/blob/main/05-services.md#cgroup"},
			},
		},
		platforms: []workload.Platform{workload.Compose},
		workload:  findComposeHostCgroup,
	}
}

func findComposeHostCgroup(_ *input, w *workload.Workload) []violation {
	s := composeService(w)
	var out []violation
	if s.CgroupNS.Value == "host" {
		out = append(out, violation{at: s.CgroupNS.Place, saw: "the control group namespace is the host's", field: "cgroup"})
	}
	if s.CgroupParent.Set {
		out = append(out, violation{at: s.CgroupParent.Place, saw: fmt.Sprintf("the parent of its control group is %s", safetext.Escape(s.CgroupParent.Value)), field: "cgroup_parent"})
	}
	return out
}
