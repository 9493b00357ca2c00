package kubernetes_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/workload"
)

// saidOf lists what settings say, each with its line.
func saidOf(list []workload.Workload) []string {
	var out []string
	for _, w := range list {
		part := w.Resource()
		add := func(at workload.Place, format string, args ...any) {
			out = append(out, fmt.Sprintf("%d %s: ", at.Line, part)+fmt.Sprintf(format, args...))
		}
		for name, f := range map[string]workload.Field[bool]{"network": w.HostNetwork, "PID": w.HostPID, "IPC": w.HostIPC} {
			if f.Set {
				add(f.Place, "%s %t", name, f.Value)
			}
		}
		c := w.Containers[0]
		for _, f := range []struct {
			name string
			workload.Field[bool]
		}{{"privileged", c.Privileged}, {"escalation", c.Escalation}, {"read-only", c.ReadOnlyRoot}, {"non-root", c.NonRoot}} {
			if f.Set {
				add(f.Place, "%s %t", f.name, f.Value)
			}
		}
		for _, f := range []struct {
			name string
			workload.Field[string]
		}{{"user", c.User}, {"seccomp", c.Seccomp}, {"AppArmor", c.AppArmor}} {
			if f.Set {
				add(f.Place, "%s %s", f.name, f.Value)
			}
		}
		for _, f := range c.AddCaps {
			add(f.Place, "capability %s", f.Value)
		}
		for _, p := range c.Ports {
			add(p.Place, "port %d", p.Host)
		}
		for _, m := range c.Mounts {
			add(m.Place, "mount %s", strings.TrimSpace(m.HostPath+" "+m.Target))
		}
		for _, s := range c.Weakened {
			add(s.Place, "%s", s.Setting)
		}
	}
	return out
}

func TestSettings(t *testing.T) {
	t.Parallel()
	const head = "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: x}\n"
	tests := []struct {
		name, text string
		want       []string
	}{
		{
			name: "in another object than the image",
			text: "spec:\n  image: a\n  driver:\n    hostNetwork: true\n    securityContext:\n      privileged: true\n",
			want: []string{"7 Thing/x spec.driver: network true", "9 Thing/x spec.driver: privileged true"},
		},
		{
			name: "all of a security context",
			text: "spec:\n  podSecurityContext:\n    runAsUser: 0\n    runAsNonRoot: false\n    allowPrivilegeEscalation: true\n    readOnlyRootFilesystem: false\n    procMount: Unmasked\n" +
				"    seccompProfile: {type: Unconfined}\n    appArmorProfile:\n      type: Unconfined\n    capabilities:\n      add:\n      - CHOWN\n      - cap_sys_admin\n" +
				"    seLinuxOptions: {type: spc_t}\n    windowsOptions: {hostProcess: true}\n",
			want: []string{
				"8 Thing/x spec: escalation true", "9 Thing/x spec: read-only false", "7 Thing/x spec: non-root false", "6 Thing/x spec: user 0", "11 Thing/x spec: seccomp unconfined",
				"13 Thing/x spec: AppArmor unconfined", "16 Thing/x spec: capability CHOWN", "17 Thing/x spec: capability SYS_ADMIN", "18 Thing/x spec: the SELinux type spc_t",
				"10 Thing/x spec: procMount Unmasked", "19 Thing/x spec: hostProcess",
			},
		},
		{
			name: "paths of the host",
			text: "spec:\n  volumes:\n  - {name: a, hostPath: {path: /srv}}\n  - {name: b, hostPath: {path: /var/run/docker.sock}}\n  dataDirHostPath: /data\n  socket: /run/containerd/containerd.sock\n" +
				"  binds: ['/etc:/etc:ro', 'data:/data']\n  volumeMounts: [{mountPath: /var/run/docker.sock}]\n  ingress: {hostPath: 5}\n",
			want: []string{"10 Thing/x spec: mount /etc /etc", "8 Thing/x spec: mount /data", "9 Thing/x spec: mount /run/containerd/containerd.sock", "6 Thing/x spec.volumes[0]: mount /srv", "7 Thing/x spec.volumes[1]: mount /var/run/docker.sock"},
		},
		{name: "as texts", text: "spec: {privileged: 'true', runAsUser: '0'}\n", want: []string{"4 Thing/x spec: privileged true", "4 Thing/x spec: user 0"}},
		{name: "what is no value of the field", text: "spec: {privileged: maybe, hostPID: [true], runAsUser: root, capabilities: [SYS_ADMIN], hostPath: {type: x}, seccompProfile: Unconfined}\n"},
		{name: "in other words", text: "spec: {a: {privileged: 1}, b: {hostPID: 'Yes'}, c: {hostIPC: 0}, d: {hostNetwork: 'on'}}\n", want: []string{"4 Thing/x spec.a: privileged true", "4 Thing/x spec.b: PID true", "4 Thing/x spec.c: IPC false", "4 Thing/x spec.d: network true"}},
		{
			name: "ports of the node",
			text: "spec:\n  ports:\n  - {containerPort: 80, hostPort: 8080}\n  - {hostPort: 0}\n  hostPort: '9100'\n  other: {hostPort: {enabled: false}}\n  values: |\n    hostPort: 53\n",
			want: []string{"8 Thing/x spec: port 9100", "6 Thing/x spec.ports[0]: port 8080", "11 Thing/x spec.values: port 53"},
		},
		{
			name: "annotations of AppArmor",
			text: "spec:\n  podAnnotations:\n    container.apparmor.security.beta.kubernetes.io/a: unconfined\n  template:\n    metadata:\n      annotations: {container.apparmor.security.beta.kubernetes.io/b: unconfined}\n" +
				"  other:\n    metadata: {annotations: {container.apparmor.security.beta.kubernetes.io/c: runtime/default, privileged: 'true'}}\n",
			want: []string{"6 Thing/x spec.podAnnotations: AppArmor unconfined", "9 Thing/x spec.template: AppArmor unconfined"},
		},
		{
			name: "in a container of its own form",
			text: "spec:\n  steps:\n  - image: a\n    script: date\n    securityContext: {privileged: true}\n",
			want: []string{"8 Thing/x spec.steps[0]: privileged true"},
		},
		{
			name: "beside a pod, and not in it",
			text: "spec:\n  hostIPC: true\n  template:\n    spec:\n      hostPID: true\n      containers: [{name: a, securityContext: {privileged: true}}]\n      podman: {privileged: true}\n    privileged: true\n",
			want: []string{"5 Thing/x spec: IPC true", "11 Thing/x spec.template: privileged true", "10 Thing/x spec.template.spec.podman: privileged true"},
		},
		{
			name: "by an alias and a merge",
			text: "spec:\n  a: &a\n    privileged: true\n  b: *a\n  c:\n    <<: *a\n    name: c\n",
			want: []string{"6 Thing/x spec.a: privileged true", "6 Thing/x spec.b: privileged true", "6 Thing/x spec.c: privileged true"},
		},
		{
			name: "in a text that is YAML",
			text: "spec:\n  values: |\n    web:\n      # a note\n      privileged: true\n    ---\n    hostPID: true\n  patch: '{\"hostIPC\": true}'\n",
			want: []string{"11 Thing/x spec.patch: IPC true", "8 Thing/x spec.values.web: privileged true", "10 Thing/x spec.values: PID true"},
		},
		{name: "in a text of another kind", text: "spec:\n  script: |\n    echo 'privileged: true'\n    hostPID: [\n"},
		{
			name: "in a JSON patch",
			text: "spec:\n  patches:\n  - op: add\n    path: /spec/template/spec/hostNetwork\n    value: true\n  - {op: test, path: /spec/hostPID, value: true}\n" +
				"  - op: replace\n    path: /spec/containers/0/securityContext\n    value:\n      privileged: true\n  - op: add\n    path: /a/capabilities/add/-\n    value: SYS_ADMIN\n",
			want: []string{
				"8 Thing/x spec.patches[0].spec.template.spec: network true", "13 Thing/x spec.patches[2].spec.containers[0]: privileged true", "16 Thing/x spec.patches[3].a: capability SYS_ADMIN",
			},
		},
		{
			name: "in the parameters of a chart",
			text: "spec:\n  helm:\n    parameters:\n    - name: web.securityContext.privileged\n      value: 'true'\n    env:\n    - {name: privileged, value: 'true'}\n  set:\n    web.hostPID: 'true'\n",
			want: []string{"8 Thing/x spec.helm.parameters[0].web: privileged true", "12 Thing/x spec.set.web: PID true"},
		},
		{
			name: "in values that are YAML, once, and in a parameter not again",
			text: "spec:\n  values:\n  - {name: a, value: 'hostPID: true'}\n  parameters:\n  - {name: web, value: 'hostIPC: true'}\n",
			want: []string{"8 Thing/x spec.parameters[0].web: IPC true", "6 Thing/x spec.values[0].value: PID true"},
		},
		{name: "what is no setting", text: "spec: {validation: {openAPIV3Schema: {privileged: true}}, podSecurityPolicy: {privileged: true}, template: {metadata: {privileged: true}}}\nstatus: {privileged: true}\n"},
		{
			name: "in objects within it",
			text: "spec:\n  objects:\n  - {apiVersion: apps.openshift.io/v1, kind: DeploymentConfig, spec: {hostPID: true}}\n  - {apiVersion: kyverno.io/v1, kind: Policy, spec: {hostPID: true}}\n" +
				"  - {complianceType: mustnothave, objectDefinition: {hostPID: true}}\n  - {apiVersion: v1, kind: ConfigMap, data: {values: 'hostPID: true'}}\n",
			want: []string{"6 Thing/x spec.objects[0].spec: PID true"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, saidOf(read(t, head+tt.text).Settings)); diff != "" {
				t.Errorf("settings (-want +got):\n%s", diff)
			}
		})
	}
}

// Texts in texts are read as deep as somebody writes them, and no deeper.
func TestSettingsInTexts(t *testing.T) {
	t.Parallel()
	text := "privileged: true"
	for depth, want := range []int{1, 1, 1, 1, 0} {
		f := read(t, fmt.Sprintf("apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: x}\nspec:\n  %s\n", text))
		if len(f.Settings) != want {
			t.Errorf("%d settings in %d texts, want %d", len(f.Settings), depth, want)
		}
		text = fmt.Sprintf("text: %q", text)
	}
}

// What kinds say that run nothing is no setting, and their images and containers are none.
func TestKindsThatRunNothing(t *testing.T) {
	t.Parallel()
	const spec = "metadata: {name: x}\nspec: {hostNetwork: true, image: a, template: {spec: {containers: [{name: a, image: a}]}}}\n"
	for kind, runs := range map[string]bool{
		"apiextensions.k8s.io/v1 CustomResourceDefinition":            false,
		"apiextensions.crossplane.io/v1 CompositeResourceDefinition":  false,
		"apiextensions.crossplane.io/v1 Composition":                  true,
		"admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy":   false,
		"kyverno.io/v1 ClusterPolicy":                                 false,
		"policies.kyverno.io/v1alpha1 ValidatingPolicy":               false,
		"constraints.gatekeeper.sh/v1beta1 K8sPSPPrivilegedContainer": false,
		"templates.gatekeeper.sh/v1 ConstraintTemplate":               false,
		"policies.kubewarden.io/v1 ClusterAdmissionPolicy":            false,
		"policies.kubewarden.io/v1 PolicyServer":                      true,
		"policy/v1beta1 PodSecurityPolicy":                            false,
		"security.openshift.io/v1 SecurityContextConstraints":         false,
		"v1 SecurityContextConstraints":                               false,
		"compute.gcp.upbound.io/v1beta1 Instance":                     false,
		"grafana.integreatly.org/v1beta1 GrafanaDashboard":            false,
		"grafana.integreatly.org/v1beta1 Grafana":                     true,
		"security.kubearmor.com/v1 KubeArmorPolicy":                   false,
		"kind.x-k8s.io/v1alpha4 Cluster":                              false,
		"controlplane.cluster.x-k8s.io/v1beta1 KubeadmControlPlane":   false,
		"skaffold/v4beta11 Config":                                    false,
		"image.toolkit.fluxcd.io/v1beta2 ImageRepository":             false,
		"monitoring.coreos.com/v1 Prometheus":                         true,
		"v1 PersistentVolume":                                         true,
	} {
		version, kind, _ := strings.Cut(kind, " ")
		f := read(t, fmt.Sprintf("apiVersion: %s\nkind: %s\n", version, kind)+spec)
		if got := len(f.Settings) > 0 && len(f.Images) > 0 && len(f.Workloads) > 0; got != runs || !runs && len(f.Settings)+len(f.Images)+len(f.Workloads) > 0 {
			t.Errorf("%s %s: %d settings, %d images, %d workloads, want any = %t", version, kind, len(f.Settings), len(f.Images), len(f.Workloads), runs)
		}
	}
}
