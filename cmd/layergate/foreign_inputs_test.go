package main

import (
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/input"
)

// Whoever comes from another action gets what does the same, in the spelling of a workflow.
func TestInputHint(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"tags":           "push: REFERENCE names where a clean image goes",
		"file":           "dockerfile: FILE names the Dockerfile",
		"severity":       "fail-on: SEVERITY blocks from a severity on; reports list every finding",
		"only-unfixed":   "fail-on in .layergate.yaml has limits for fixable and unfixable findings apart; only-fixed: true blocks on fixable ones alone",
		"skip-db-update": "db-update: false uses the database that is kept, and db: FILE one that is given",
		"scanners":       "every kind of package in every layer is looked for; what may stay is accepted in .layergate.yaml, in writing",
		"failon":         "did you mean fail-on? https://github.com/layergate/layergate/blob/main/docs/inputs.md lists the inputs",
		"debug":          "https://github.com/layergate/layergate/blob/main/docs/inputs.md lists the inputs",
	} {
		if got := inputHint(name); got != want {
			t.Errorf("inputHint(%s) = %q, want %q", name, got, want)
		}
	}
}

// The answers name inputs that there are, and none to what is an input itself.
func TestForeignInputs(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, name := range inputsOn(input.GitHubActions) {
		known[name] = true
	}
	seen := map[string]bool{}
	for _, f := range foreignInputs() {
		for _, name := range f.names {
			if known[name] || seen[name] {
				t.Errorf("the input %s is one of Layergate's own, or answered twice", name)
			}
			seen[name] = true
		}
		if name, _, found := strings.Cut(f.answer, ": "); found && !strings.Contains(name, " ") && !known[name] {
			t.Errorf("the answer to %s names the input %s, which there is not", f.names[0], name)
		}
	}
}
