package workload

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
)

// Findings stand on the line that says what they are about, and not on that of the list or the text around it.
func TestPlaces(t *testing.T) {
	t.Parallel()
	const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: web\n"
	tests := []struct {
		name     string
		rule     string
		platform workload.Platform
		text     string
		lines    []int
	}{
		{"capabilities of a pod", "LG-RUN-005", workload.Kubernetes, pod + "    securityContext:\n      capabilities:\n        add:\n        - CHOWN\n        - SYS_ADMIN\n        # a note\n        - NET_RAW\n", []int{11, 13}},
		{"capabilities of Compose", "LG-RUN-005", workload.Compose, "services:\n  web:\n    image: web:1\n    cap_add:\n      - CHOWN\n      - SYS_ADMIN\n", []int{6}},
		{"capabilities of Marathon", "LG-RUN-005", workload.Marathon, "{\"id\": \"/a\", \"container\": {\"type\": \"DOCKER\", \"docker\": {\"image\": \"a:1\", \"parameters\": [\n{\"key\": \"cap-add\", \"value\": \"CHOWN\"},\n{\"key\": \"cap-add\", \"value\": \"SYS_ADMIN\"}]}}}\n", []int{3}},
		{"a text of a ConfigMap", "LG-K8S-018", workload.Kubernetes, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata:\n  app.properties: |\n    level=info\n    db.password=kT7-qpw29-ZxLm\n", []int{7}},
		{"a text of a ConfigMap in quotes", "LG-K8S-018", workload.Kubernetes, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata:\n  app.properties: \"level=info\\ndb.password=kT7-qpw29-ZxLm\"\n", []int{5}},
		{"a script", "LG-RUN-022", workload.Kubernetes, pod + "    args:\n    - |\n      date\n      curl --password=kT7-qpw29-ZxLm x\n", []int{10}},
		{"ports of a Service", "LG-K8S-007", workload.Kubernetes, "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n  ports:\n  - name: a\n    port: 2222\n    targetPort: 22\n  - name: b\n    port: 22\n", []int{8, 10}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var lines []int
			for _, f := range Find([]workload.File{*read(t, "a.yaml", []byte(tt.text), tt.platform)}, Options{}) {
				if f.ID == tt.rule {
					lines = append(lines, f.Location.Line)
				}
			}
			if diff := cmp.Diff(fmt.Sprint(tt.lines), fmt.Sprint(lines)); diff != "" {
				t.Errorf("lines of %s (-want +got):\n%s", tt.rule, diff)
			}
		})
	}
}

// The registry of Istio's images has to be one that the policy allows.
func TestIstioRegistry(t *testing.T) {
	t.Parallel()
	for hub, want := range map[string]int{"registry.example/istio": 0, "elsewhere.example/istio": 2} {
		file := read(t, "a.yaml", []byte("apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\nmetadata: {name: x, namespace: shop}\nspec:\n  hub: "+hub+"\n  tag: 1.20.0\n"), workload.Kubernetes)
		got := 0
		for _, f := range Find([]workload.File{*file}, fixtureOptions()) {
			if f.ID == finding.RuleImageNotAllowed && f.Location.Line == 5 {
				got++
			}
		}
		if got != want {
			t.Errorf("%s: %d images are not allowed, want %d", hub, got, want)
		}
	}
}

// What a custom resource says of containers is judged, and nothing that it does not say; of the images that it names, those are that
// have no tag, unless it may say the tag elsewhere.
func TestCustomResources(t *testing.T) {
	t.Parallel()
	file := read(t, "a.yaml", []byte(`apiVersion: example.com/v1
kind: Thing
metadata: {name: x, namespace: shop}
spec:
  web:
    securityContext:
      privileged: true
      runAsUser: 0
      seLinuxOptions: {type: spc_t}
  volumes:
  - name: sock
    hostPath:
      path: /var/run/docker.sock
  image: elsewhere.example/a
  sidecar: {image: registry.example/b, version: 1.2}
  chart: {image: {repository: registry.example/c}}
  builder: {image: registry.example/d:latest, version: 1.2}
  steps: [{image: registry.example/e, script: date, version: 1.2}]
  listener: {hostPort: 8443}
`), workload.Kubernetes)
	var got []string
	for _, f := range Find([]workload.File{*file}, fixtureOptions()) {
		got = append(got, fmt.Sprintf("%d %s %s %t", f.Location.Line, f.ID, f.Check.Resource, f.Check.Information))
	}
	want := []string{
		"7 LG-RUN-002 Thing/x spec.web false", "8 LG-RUN-001 Thing/x spec.web false", "9 LG-K8S-035 Thing/x spec.web false", "13 LG-RUN-014 Thing/x spec.volumes[0] false",
		"14 LG-RUN-019 Thing/x true", "14 LG-RUN-020 Thing/x false", "15 LG-RUN-019 Thing/x true", "16 LG-RUN-019 Thing/x true", "17 LG-RUN-019 Thing/x false",
		"18 LG-K8S-032 Thing/x false", "18 LG-RUN-019 Thing/x false", "19 LG-K8S-023 Thing/x spec.listener false",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}
