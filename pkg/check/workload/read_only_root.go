package workload

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
)

func readOnlyRoot() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-RUN-006", Name: "writable-root-file-system", Kind: finding.KindCheck, Severity: finding.SeverityMedium,
			Title:  "the container can write its root file system",
			Why:    "Who breaks in can change the program, and put tools beside it that start with it the next time.",
			Remedy: "Mount the root file system read-only, and give the program a volume or a tmpfs for what it has to write.",
			References: []check.Reference{
				{Name: "CIS Docker 5.13"},
				{Name: "Trivy KSV-0014"},
				{Name: "kube-linter no-read-only-root-fs", URL: kubeLinterPage},
				{Name: "Kubescape C-0017", URL: kubescapePage + "c-0017"},
			},
		},
		container: findReadOnlyRoot,
	}
}

func findReadOnlyRoot(_ *input, w *workload.Workload, c *workload.Container) []violation {
	f := c.ReadOnlyRoot
	if !known(f) || f.Value {
		return nil
	}
	if f.Set {
		return []violation{{at: f.Place, saw: "the root file system can be written", wants: "Write true in place of false, and give the program a volume or a tmpfs for what it has to write."}}
	}
	return []violation{{at: f.Place, saw: "nothing makes the root file system read-only", add: byPlatform(w, true, true, parameters("read-only", "true"))}}
}

// parameters is a list of one flag of docker run, as Marathon has it.
func parameters(key, value string) any {
	return []any{[]workload.Entry{{Key: "key", Value: key}, {Key: "value", Value: value}}}
}
