package workload

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/kubernetes"
)

func secretVariable() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-K8S-026", Name: "secret-as-variable", Kind: finding.KindCheck, Severity: finding.SeverityLow, Information: true,
			Title:  "a secret is given to the container as a variable",
			Why:    "Variables are inherited by every process that the program starts, and stand in dumps and in the logs of many frameworks.",
			Remedy: "Mount the secret as a file.",
			References: []check.Reference{
				{Name: "kube-linter read-secret-from-env-var", URL: kubeLinterPage},
				{Name: "Kubescape C-0207", URL: kubescapePage + "c-0207"},
			},
		},
		platforms: ofKubernetes(),
		workload:  pods(findSecretVariable),
	}
}

func findSecretVariable(_ *input, w *workload.Workload, p *kubernetes.Pod) []violation {
	var out []violation
	for _, c := range p.Containers {
		for i, e := range c.Env {
			if e.ValueFrom != nil && e.ValueFrom.SecretKeyRef != nil {
				out = append(out, violation{at: p.In(c, "env", i, "valueFrom"), saw: "the variable has its value of a Secret", container: c.Name, field: e.Name})
			}
		}
		for i, e := range c.EnvFrom {
			if e.SecretRef != nil {
				out = append(out, violation{at: p.In(c, "envFrom", i), saw: "all of a Secret are variables", container: c.Name, field: e.SecretRef.Name})
			}
		}
	}
	return out
}
