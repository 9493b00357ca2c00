package workload

import (
	"slices"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
)

// A field that is there without a value passes for none: what a rule finds where the field is missing, it finds there, too.
func TestEmptyValues(t *testing.T) {
	t.Parallel()
	const (
		role       = "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: web, namespace: shop}\nrules:\n- {apiGroups: [''], resources: [secrets], "
		deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec:\n  replicas: 3\n  template:\n    spec:\n      containers: [{name: web}]\n      "
		service    = "services:\n  web:\n    image: web:1\n    "
	)
	pod := func(field string) string {
		return "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: web\n    " + field + "\n"
	}
	app := func(field string) string { return `{"id": "/web", "cmd": "web", ` + field + "}" }
	tests := []struct {
		rule     string
		platform workload.Platform
		text     string
		passes   bool
	}{
		{rule: "LG-RUN-023", text: pod("livenessProbe: null\n    readinessProbe: {httpGet: {port: 80}}")},
		{rule: "LG-RUN-023", text: pod("livenessProbe: {}\n    readinessProbe: {httpGet: {port: 80}}")},
		{rule: "LG-RUN-023", text: pod("livenessProbe: {periodSeconds: 5}\n    readinessProbe: {httpGet: {port: 80}}")},
		{rule: "LG-RUN-023", text: pod("livenessProbe: {httpGet: {port: 80}}\n    readinessProbe: {}")},
		{rule: "LG-RUN-023", text: pod("livenessProbe: {httpGet: {port: 80}}\n    readinessProbe: {grpc: {port: 80}}"), passes: true},
		{rule: "LG-RUN-023", platform: workload.Compose, text: service + "healthcheck: {}\n"},
		{rule: "LG-RUN-023", platform: workload.Compose, text: service + "healthcheck: {test: []}\n"},
		{rule: "LG-RUN-023", platform: workload.Compose, text: service + "healthcheck: {test: ' '}\n"},
		{rule: "LG-RUN-023", platform: workload.Compose, text: service + "healthcheck: {disable: false}\n"},
		{rule: "LG-RUN-023", platform: workload.Swarm, text: "version: '3.8'\n" + service + "healthcheck: {interval: 30s}\n", passes: true},
		{rule: "LG-RUN-023", platform: workload.Compose, text: service + "healthcheck: {start_interval: 1s}\n", passes: true},
		{rule: "LG-RUN-023", platform: workload.Compose, text: service + "healthcheck: {test: 'true'}\n", passes: true},
		{rule: "LG-RUN-023", platform: workload.Marathon, text: app(`"healthChecks": []`)},
		{rule: "LG-RUN-023", platform: workload.Marathon, text: app(`"check": {"intervalSeconds": 5, "http": null}`)},
		{rule: "LG-RUN-023", platform: workload.Marathon, text: app(`"check": {"http": {}}`), passes: true},
		{rule: "LG-RUN-023", platform: workload.Marathon, text: app(`"healthChecks": [{}]`), passes: true}, // by HTTP, at /
		{rule: "LG-K8S-008", text: strings.Replace(pod("image: web:1"), "name: web}", "name: web, namespace: null}", 1)},
		{rule: "LG-K8S-024", text: pod("resources: {limits: {ephemeral-storage: null}}")},
		{rule: "LG-K8S-024", text: pod("resources: {limits: {ephemeral-storage: 0}}")},
		{rule: "LG-K8S-024", text: pod("resources: {limits: {ephemeral-storage: 1Gi}}"), passes: true},
		{rule: "LG-K8S-027", text: pod("resources: {requests: {cpu: null, memory: 1Gi}}")},
		{rule: "LG-K8S-027", text: pod("resources: {requests: {cpu: 0, memory: 1Gi}, limits: {cpu: 1}}")},
		{rule: "LG-K8S-027", text: pod("resources: {requests: {memory: 1Gi}, limits: {cpu: 0}}")},
		{rule: "LG-K8S-027", text: pod("resources: {requests: {memory: 1Gi}, limits: {cpu: 1}}"), passes: true},
		// What the pod asks for, it asks for all containers.
		{rule: "LG-K8S-027", text: pod("image: web:1\n  resources: {requests: {cpu: 1, memory: 1Gi}}"), passes: true},
		{rule: "LG-K8S-027", text: pod("image: web:1\n  resources: {limits: {cpu: 1, memory: 1Gi}}"), passes: true},
		{rule: "LG-K8S-027", text: pod("resources: {requests: {memory: 1Gi}}\n  resources: {requests: {cpu: 1}}"), passes: true},
		{rule: "LG-K8S-027", text: pod("image: web:1\n  resources: {requests: {cpu: 1}}")},
		{rule: "LG-K8S-027", text: pod("image: web:1\n  resources: {requests: {cpu: 0, memory: 1Gi}, limits: {cpu: 1}}")},
		{rule: "LG-K8S-027", text: pod("image: web:1\n  resources: null")},
		{rule: "LG-K8S-028", text: deployment + "topologySpreadConstraints: [null]\n"},
		{rule: "LG-K8S-028", text: deployment + "topologySpreadConstraints: [{maxSkew: 1}]\n"},
		{rule: "LG-K8S-028", text: deployment + "affinity: {podAntiAffinity: {}}\n"},
		{rule: "LG-K8S-028", text: deployment + "affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{}]}}\n"},
		{rule: "LG-K8S-028", text: deployment + "affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: a}]}}\n", passes: true},
		{rule: "LG-K8S-028", text: deployment + "affinity: {podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, podAffinityTerm: {topologyKey: a}}]}}\n", passes: true},
		{rule: "LG-K8S-015", text: role + "verbs: [list], resourceNames: ['']}\n"},
		{rule: "LG-K8S-015", text: role + "verbs: [create], resourceNames: [web, null]}\n"},
		{rule: "LG-K8S-015", text: role + "verbs: [get], resourceNames: ['']}\n", passes: true}, // no secret has that name
		{rule: "LG-COMPOSE-012", platform: workload.Compose, text: service + "restart: ''\n"},
		{rule: "LG-COMPOSE-012", platform: workload.Compose, text: service + "deploy: {restart_policy: {}}\n"},
		{rule: "LG-COMPOSE-012", platform: workload.Compose, text: service + "deploy: {restart_policy: {max_attempts: 5}}\n"},
		{rule: "LG-COMPOSE-012", platform: workload.Compose, text: service + "restart: on-failure:5\n    deploy: {restart_policy: {condition: any}}\n"},
		{rule: "LG-COMPOSE-012", platform: workload.Compose, text: service + "restart: on-failure:5\n    deploy: {restart_policy: {}}\n", passes: true},
		{rule: "LG-SWARM-003", platform: workload.Swarm, text: "version: '3.8'\n" + service + "networks: []\n"},
		{rule: "LG-SWARM-003", platform: workload.Swarm, text: "version: '3.8'\n" + service + "networks: {}\n"},
	}
	for _, tt := range tests {
		t.Run(tt.rule+" "+tt.text, func(t *testing.T) {
			t.Parallel()
			platform := tt.platform
			if platform == "" {
				platform = workload.Kubernetes
			}
			found := Find([]workload.File{*read(t, "a.yaml", []byte(tt.text), platform)}, fixtureOptions())
			if got := slices.ContainsFunc(found, func(f finding.Finding) bool { return f.ID == tt.rule }); got == tt.passes {
				t.Errorf("%s finds something: %t, want %t in\n%s\nall that is found:\n%s", tt.rule, got, !tt.passes, tt.text, strings.Join(summaries(found), "\n"))
			}
		})
	}
}
