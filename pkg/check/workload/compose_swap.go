package workload

import (
	"fmt"
	"strings"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/safetext"
	"github.com/layergate/layergate/pkg/workload"
)

func composeUnlimitedSwap() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-COMPOSE-018", Name: "unlimited-swap", Kind: finding.KindCheck, Severity: finding.SeverityLow,
			Title:  "the container may fill the swap space of its host",
			Why:    "Beyond its memory limit a container goes on in swap space: one that leaks fills it, and slows the host down until nothing else runs.",
			Remedy: "Set memswap_limit to the memory limit, which allows no swap, or to what memory and swap may be together.",
			References: []check.Reference{
				{Name: "CIS Docker 5.11"},
				{Name: "Docker: resource constraints", URL: "https://docs.docker.com/engine/containers/resource_constraints/"},
			},
		},
		platforms: []workload.Platform{workload.Compose},
		workload:  findComposeUnlimitedSwap,
	}
}

func findComposeUnlimitedSwap(_ *input, w *workload.Workload) []violation {
	f := composeService(w).MemorySwap
	if !strings.HasPrefix(f.Value, "-") { // zero is as if nothing was said
		return nil
	}
	return []violation{{at: f.Place, saw: fmt.Sprintf("memswap_limit is %s, which is no limit", safetext.Escape(f.Value)), field: "memswap_limit"}}
}
