package workload

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/secret"
	"github.com/layergate/layergate/pkg/workload"
)

func plainSecret() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-RUN-022", Name: "secret-in-manifest", Kind: finding.KindSecret, Severity: finding.SeverityHigh,
			Title:  "a variable or an address of the manifest holds a secret",
			Why:    "Whoever can read the manifest, its history or the object in the cluster has it, and nobody can change it without a new version of all of them.",
			Remedy: "Put it into the platform's store of secrets, refer to it there, and make a new one: this one is known.",
			References: []check.Reference{
				{Name: "CIS Docker 5.30"},
				{Name: "kube-linter env-var-secret", URL: kubeLinterPage},
				{Name: "Kubescape C-0012", URL: kubescapePage + "c-0012"},
				{Name: "CWE-798", URL: "https://cwe.mitre.org/data/definitions/798.html"},
			},
		},
		container: findPlainSecret,
		manifests: findAddressSecret,
	}
}

func findPlainSecret(_ *input, _ *workload.Workload, c *workload.Container) []violation {
	return secretsIn(c.Env)
}

// secretsIn finds the variables that hold a secret.
func secretsIn(variables []workload.Variable) []violation {
	var out []violation
	for _, v := range variables {
		if v.Secret || v.Value.Value == "" {
			continue
		}
		if s, ok := secret.Variable(v.Name, v.Value.Value); ok {
			out = append(out, violation{at: v.Value.Place, saw: s.Saw(), field: v.Name})
		}
	}
	return out
}
