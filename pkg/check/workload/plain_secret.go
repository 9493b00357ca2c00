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
			Title:  "the manifest holds a secret",
			Why:    "Whoever can read the manifest, its history or the object in the cluster has it, and nobody can change it without a new version of all of them.",
			Remedy: "Put it into the platform's store of secrets, refer to it there, and make a new one: this one is known.",
			References: []check.Reference{
				{Name: "CIS Docker 5.30"},
				{Name: "kube-linter env-var-secret", URL: kubeLinterPage},
				{Name: "Kubescape C-0012", URL: kubescapePage + "c-0012"},
				{Name: "CWE-798", URL: "https://cwe.mitre.org/data/definitions/798.html"},
			},
		},
		manifests: findPlainSecret,
	}
}

func findPlainSecret(in *input) []violation {
	out := findAddressSecret(in)
	judged := map[spot]bool{} // by this rule or another one
	for _, v := range out {
		judged[spotOf(v.at)] = true
	}
	for i := range in.files {
		f := &in.files[i]
		for j := range f.Workloads {
			w := &f.Workloads[j]
			for _, c := range w.Containers {
				for _, v := range secretsIn(c.Env) {
					v.resource, v.container, v.image = w.Resource(), c.Name, c.Image.Value
					out = append(out, v)
				}
				note(judged, c.Env)
			}
			if s := composeService(w); s != nil {
				note(judged, s.Build.Args)
			}
		}
		mounted := mountedAt(f.Texts)
		for _, t := range f.Texts {
			for _, v := range secretsOf(t, judged, mounted) {
				v.resource, v.container = t.Resource, t.Container
				out = append(out, v)
			}
		}
	}
	return out
}

// spot is where a string is said.
type spot struct {
	file         string
	line, column int
}

func spotOf(at workload.Place) spot { return spot{at.File, at.Line, at.Column} }

// note notes where variables are said.
func note(judged map[spot]bool, variables []workload.Variable) {
	for _, v := range variables {
		judged[spotOf(v.Value.Place)] = true
	}
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
