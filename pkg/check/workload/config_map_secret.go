package workload

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/kubernetes"
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
			out = append(out, inConfigMap(o, workload.Text{Place: o.At("data", key), Value: m.Data[key], Key: key, In: "data"})...)
		}
		for _, key := range slices.Sorted(maps.Keys(m.BinaryData)) {
			at := o.At("binaryData", key)
			at.Text = 0 // its lines are those of base64
			out = append(out, inConfigMap(o, workload.Text{Place: at, Value: string(m.BinaryData[key]), Key: key, In: "binaryData"})...)
		}
	}
	return out
}

func inConfigMap(o *kubernetes.Object, t workload.Text) []violation {
	var out []violation
	for _, p := range secretsOfFile(t, t.Key) {
		v := violation{at: p.at, saw: p.Saw(), resource: o.Resource(), field: t.Key}
		switch {
		case p.Line > 0:
			v.saw += fmt.Sprintf(", in line %d of the text", p.Line)
			v.field = strings.TrimSpace(t.Key + " " + p.Name + " " + p.Hash)
		case p.Name != "" && p.Name != t.Key:
			v.field += " " + p.Name
		}
		out = append(out, v)
	}
	return out
}
