package workload

import (
	"testing"

	"github.com/layergate/layergate/pkg/workload"
)

// Root blocks, unless it is nobody on the host, or the manifest alone does not tell.
func TestRootForInformation(t *testing.T) {
	t.Parallel()
	const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers: [{name: web, securityContext: {runAsUser: 0}}]\n"
	service := func(fields string) string { return "services:\n  web: {image: a, " + fields + "}\n" }
	tests := []struct {
		name        string
		platform    workload.Platform
		text        string
		information bool
	}{
		{"a pod", workload.Kubernetes, pod, false},
		{"a pod with a user namespace", workload.Kubernetes, pod + "  hostUsers: false\n", true},
		{"a pod with the users of its node", workload.Kubernetes, pod + "  hostUsers: true\n", false},
		{"a service", workload.Compose, service("user: root"), false},
		{"a service with a user namespace", workload.Compose, service("user: root, userns_mode: keep-id"), true},
		{"a service with that of the host", workload.Compose, service("user: root, userns_mode: host"), false},
		{"a service with that of the engine", workload.Compose, service("user: root, userns_mode: ''"), false},
		{"a service that leaves it to the image", workload.Compose, service("read_only: true"), true},
		{"a service of Swarm, which knows no such namespace", workload.Swarm, "version: '3'\n" + service("user: root, userns_mode: keep-id"), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			found := 0
			for _, f := range Find([]workload.File{*read(t, "a.yaml", []byte(tt.text), tt.platform)}, Options{}) {
				if f.ID != "LG-RUN-001" {
					continue
				}
				if found++; f.Check.Information != tt.information {
					t.Errorf("it is for information: %t, want %t", f.Check.Information, tt.information)
				}
			}
			if found != 1 {
				t.Errorf("there are %d findings, want one", found)
			}
		})
	}
}
