package main

import (
	"path/filepath"
	"testing"
)

// TestExampleManifests holds that the manifests of the examples keep the rules.
func TestExampleManifests(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"manifests"},
		{"audit/kubernetes.yaml"},
		{"rollout/kubernetes", "--set", "pss-restricted"},
		{"rollout/swarm", "--platform-kind", "swarm"},
		{"rollout/marathon"},
	} {
		t.Run(args[0], func(t *testing.T) {
			t.Parallel()
			manifests := filepath.Join("..", "..", "examples", filepath.FromSlash(args[0]))
			exit, log := runProgram(t, ".", nil, append([]string{"check", manifests, "--policy", "off", "--output-dir", "off"}, args[1:]...)...)
			if exit != 0 {
				t.Errorf("checking %s ended with %d, want 0:\n%s", manifests, exit, log)
			}
		})
	}
}
