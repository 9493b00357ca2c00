package manifest

import (
	"slices"
	"strings"
	"testing"
)

// A set of which no rule looks at anything says so; one object that is judged is enough to say nothing.
func TestUnjudged(t *testing.T) {
	t.Parallel()
	const (
		custom  = "apiVersion: example.org/v1\nkind: Thing\nmetadata: {name: a}\n"
		service = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n"
	)
	tests := []struct {
		name  string
		files map[string]string
		want  bool
	}{
		{name: "a custom resource", files: map[string]string{"a.yaml": custom}, want: true},
		{name: "two files", files: map[string]string{"a.yaml": custom, "b.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n"}, want: true},
		{name: "a Service beside it", files: map[string]string{"a.yaml": custom, "b.yaml": service}},
		{name: "a Service behind it", files: map[string]string{"a.yaml": custom + "---\n" + service}},
		{name: "a pod", files: map[string]string{"a.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: b}]}\n"}},
		{name: "a custom resource with an image", files: map[string]string{"a.yaml": custom + "spec: {image: registry.example/a:1}\n"}},
		{name: "a custom resource with a setting", files: map[string]string{"a.yaml": custom + "spec: {securityContext: {privileged: true}}\n"}},
		{name: "a custom resource with steps", files: map[string]string{"a.yaml": custom + "spec: {steps: [{name: a, image: registry.example/a:1, script: x}]}\n"}},
		{name: "a custom resource with steps of no known image", files: map[string]string{"a.yaml": custom + "spec: {steps: [{name: a, image: $(params.image), script: x}]}\n"}},
		{name: "Compose", files: map[string]string{"compose.yaml": "services: {web: {image: a}}\n"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			set, err := Read(config(project(t, tt.files), "", "", "."))
			if err != nil {
				t.Fatal(err)
			}
			if got := slices.ContainsFunc(set.Warnings, func(w string) bool { return strings.Contains(w, "searched for secrets alone") }); got != tt.want {
				t.Errorf("the warnings are %q; that nothing is judged is said: %t, want %t", set.Warnings, got, tt.want)
			}
		})
	}
}
