package workload

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/secret"
	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/document"
)

func configMapSecret() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-K8S-018", Name: "secret-in-config-map", Kind: finding.KindSecret, Severity: finding.SeverityHigh,
			Title:  "a ConfigMap holds a secret",
			Why:    "Whoever may read the namespace's configuration has it, as has everybody who can read the manifest.",
			Remedy: "Put it into a Secret that is not in the repository, and make a new one: this one is known.",
			References: []check.Reference{
				{Name: "Trivy KSV-0109"},
				{Name: "Trivy KSV-01010"},
				{Name: "Kubescape C-0012", URL: kubescapePage + "c-0012"},
				{Name: "CWE-798", URL: "https://cwe.mitre.org/data/definitions/798.html"},
			},
		},
		manifests: findConfigMapSecret,
	}
}

func findConfigMapSecret(in *input) []violation {
	var out []violation
	for o, m := range typed[*corev1.ConfigMap](in) {
		for _, key := range slices.Sorted(maps.Keys(m.Data)) {
			if s, ok := secret.Variable(key, m.Data[key]); ok {
				out = append(out, violation{at: o.At("data", key), saw: s.Saw(), resource: o.Resource(), field: key})
				continue
			}
			found := secret.Text(m.Data[key])
			for _, s := range found {
				out = append(out, violation{at: o.At("data", key).TextLine(s.Line), saw: fmt.Sprintf("%s, in line %d of the text", s.Saw(), s.Line), resource: o.Resource(), field: strings.TrimSpace(key + " " + s.Name + " " + s.Hash)})
			}
			for _, t := range document.Within(workload.Text{Place: o.At("data", key), Value: m.Data[key], In: "data"}) {
				for _, s := range ofSetting(t) {
					if !slices.ContainsFunc(found, func(f secret.Secret) bool { return f.Name == s.Name }) {
						out = append(out, violation{at: t.Place, saw: s.Saw(), resource: o.Resource(), field: key + " " + s.Name})
					}
				}
			}
		}
	}
	return out
}
