package workload

import (
	"slices"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
)

func droppedCapabilities() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-RUN-004", Name: "capabilities-not-dropped", Kind: finding.KindCheck, Severity: finding.SeverityMedium,
			Title:  "the container keeps capabilities that it was not given",
			Why:    "A runtime gives every container some fourteen capabilities of root, such as writing raw packets and overriding the rights of files. Hardly any program needs one.",
			Remedy: "Drop ALL, and add those that the program needs.",
			References: []check.Reference{
				{Name: "CIS Docker 5.4"},
				{Name: "PSS restricted", URL: pssPage},
				{Name: "Trivy KSV-0003"},
				{Name: "Trivy KSV-0106"},
				{Name: "kube-linter drop-net-raw-capability", URL: kubeLinterPage},
				{Name: "Kubescape C-0046", URL: kubescapePage + "c-0046"},
			},
		},
		container: findDroppedCapabilities,
	}
}

func findDroppedCapabilities(_ *input, w *workload.Workload, c *workload.Container) []violation {
	f, all := c.DropCaps, []string{"ALL"}
	if !known(f) || slices.Contains(f.Value, "ALL") {
		return nil
	}
	if f.Set {
		return []violation{{at: f.Place, saw: "some capabilities are dropped, and not all", wants: "Write ALL into the list of those to drop."}}
	}
	return []violation{{at: f.Place, saw: "no capabilities are dropped", add: byPlatform(w, all, all, parameters("cap-drop", "ALL"))}}
}
