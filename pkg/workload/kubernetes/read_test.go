package kubernetes_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/kubernetes"
)

func read(t *testing.T, text string) *workload.File {
	t.Helper()
	f, err := kubernetes.Read("a.yaml", []byte(text), workload.Options{})
	if err != nil {
		t.Fatalf("Read: %v\n%s", err, text)
	}
	return f
}

// template is a pod template in each kind that has one, with the kind's own way to it.
const template = `metadata: {labels: {app: web}}
spec:
  containers:
  - {name: web, image: "web:1"}`

func indented(n int, text string) string {
	return strings.Repeat(" ", n) + strings.ReplaceAll(text, "\n", "\n"+strings.Repeat(" ", n))
}

func TestKinds(t *testing.T) {
	t.Parallel()
	tests := []struct {
		version, kind string
		spec          string
		path          string // of the image
	}{
		{"v1", "Pod", strings.TrimPrefix(template, "metadata: {labels: {app: web}}\n"), "spec.containers[0].image"},
		{"v1", "PodTemplate", "template:\n" + indented(2, template), "template.spec.containers[0].image"},
		{"v1", "ReplicationController", "spec:\n  template:\n" + indented(4, template), "spec.template.spec.containers[0].image"},
		{"apps/v1", "Deployment", "spec:\n  template:\n" + indented(4, template), "spec.template.spec.containers[0].image"},
		{"extensions/v1beta1", "Deployment", "spec:\n  template:\n" + indented(4, template), "spec.template.spec.containers[0].image"},
		{"apps/v1", "StatefulSet", "spec:\n  template:\n" + indented(4, template), "spec.template.spec.containers[0].image"},
		{"apps/v1", "DaemonSet", "spec:\n  template:\n" + indented(4, template), "spec.template.spec.containers[0].image"},
		{"apps/v1", "ReplicaSet", "spec:\n  template:\n" + indented(4, template), "spec.template.spec.containers[0].image"},
		{"batch/v1", "Job", "spec:\n  template:\n" + indented(4, template), "spec.template.spec.containers[0].image"},
		{"batch/v1", "CronJob", "spec:\n  jobTemplate:\n    spec:\n      template:\n" + indented(8, template), "spec.jobTemplate.spec.template.spec.containers[0].image"},
		{"argoproj.io/v1alpha1", "Rollout", "spec:\n  strategy: {canary: {}}\n  template:\n" + indented(4, template), "spec.template.spec.containers[0].image"},
		{"serving.knative.dev/v1", "Service", "spec:\n  template:\n" + indented(4, template) + "\n      containerConcurrency: 5", "spec.template.spec.containers[0].image"},
	}
	for _, tt := range tests {
		t.Run(tt.version+" "+tt.kind, func(t *testing.T) {
			t.Parallel()
			f := read(t, fmt.Sprintf("apiVersion: %s\nkind: %s\nmetadata:\n  name: web\n  namespace: shop\n%s\n", tt.version, tt.kind, tt.spec))
			if len(f.Workloads) != 1 || len(f.Workloads[0].Containers) != 1 {
				t.Fatalf("Read found %+v, want one workload of one container", f.Workloads)
			}
			w := f.Workloads[0]
			if w.Resource() != tt.kind+"/web" || w.Namespace != "shop" || w.Place.Line != 4 {
				t.Errorf("the workload is %s in %q, line %d", w.Resource(), w.Namespace, w.Place.Line)
			}
			if got := w.Containers[0].Image; got.Value != "web:1" || got.Place.Path != tt.path || !got.Set {
				t.Errorf("image = %+v, want web:1 at %s", got, tt.path)
			}
			if o := f.Objects[0].(*kubernetes.Object); len(o.Unknown) > 0 {
				t.Errorf("unknown fields = %+v, want none", o.Unknown)
			}
		})
	}
}

func TestDocuments(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text                    string
		documents, skipped, workloads int
		objects                       []string
	}{
		{name: "a list", text: "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Service\n  metadata: {name: web}\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: web}\n  spec: {containers: [{name: a}]}\n", documents: 1, workloads: 1, objects: []string{"Service/web", "Pod/web"}},
		{name: "a list of one kind", text: "apiVersion: v1\nkind: PodList\nitems:\n- metadata: {name: web}\n  spec: {containers: [{name: a}]}\n", documents: 1, workloads: 1, objects: []string{"Pod/web"}},
		{name: "a list in a list", text: "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: List\n  items:\n  - apiVersion: v1\n    kind: Pod\n    metadata: {name: web}\n    spec: {containers: [{name: a}]}\n", documents: 1, workloads: 1, objects: []string{"Pod/web"}},
		{name: "an empty list", text: "apiVersion: v1\nkind: List\nitems: []\n", documents: 1},
		{name: "other documents beside it", text: "a: 1\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\n- x\n", documents: 1, skipped: 2, objects: []string{"Namespace/shop"}},
		{name: "a custom resource without pods", text: "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: x}\nspec: {template: {spec: {size: 3}}}\n", documents: 1, objects: []string{"Thing/x"}},
		{name: "a custom resource with something else of the name", text: "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: x}\nspec: {template: {spec: {containers: [1, 2]}}}\n", documents: 1, objects: []string{"Thing/x"}},
		{name: "an object of another group with a status, or called like a list", text: "apiVersion: example.com/v1\nkind: Status\nmetadata: {name: a, continue: b}\n---\napiVersion: example.com/v1\nkind: AllowList\nmetadata: {name: c}\n", documents: 2, objects: []string{"Status/a", "AllowList/c"}},
		{name: "a name or a kind that is null", text: "apiVersion: v1\nkind: Pod\nmetadata: {name: null}\n---\napiVersion: v1\nkind: null\n", documents: 1, skipped: 1, workloads: 1, objects: []string{"Pod/"}},
		{name: "a name that is made", text: "apiVersion: v1\nkind: Pod\nmetadata: {generateName: web-}\nspec: {containers: [{name: a}]}\n", documents: 1, workloads: 1, objects: []string{"Pod/web-"}},
		{name: "JSON", text: `{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": {"containers": [{"name": "a"}]}}`, documents: 1, workloads: 1, objects: []string{"Pod/web"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := read(t, tt.text)
			var objects []string
			for _, o := range f.Objects {
				objects = append(objects, o.(*kubernetes.Object).Resource())
			}
			if f.Documents != tt.documents || f.Skipped != tt.skipped || len(f.Workloads) != tt.workloads {
				t.Errorf("Read found %d documents, %d skipped, %d workloads; want %d, %d, %d", f.Documents, f.Skipped, len(f.Workloads), tt.documents, tt.skipped, tt.workloads)
			}
			if diff := cmp.Diff(tt.objects, objects); diff != "" {
				t.Errorf("objects (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadErrors(t *testing.T) {
	t.Parallel()
	const pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n  - name: a\n"
	tests := []struct{ name, text, want string }{
		{"a number for a name", "a: 1\n---\n" + strings.Replace(pod, "name: web", "name: 5", 1), `a.yaml:6:3: Pod "5", metadata.name: a number, where a string is needed`},
		{"a word for a boolean", pod + "    securityContext:\n      privileged: sure\n", `a.yaml:9:7: Pod "web", spec.containers[0].securityContext.privileged: a string, where a boolean is needed`},
		{"a quantity", pod + "  - name: b\n    resources:\n      limits:\n        cpu: 1 core\n", `a.yaml:11:9: Pod "web", spec.containers[1].resources.limits.cpu: quantities must match the regular expression`},
		{"an object for a list", pod + "    ports: {containerPort: 80}\n", `a.yaml:8:5: Pod "web", spec.containers[0].ports: an object, where a list is needed`},
		{"half a port", pod + "    ports: [{containerPort: 80.5}]\n", `a.yaml:8:14: Pod "web", spec.containers[0].ports[0].containerPort: a number that is too large, or not a whole one`},
		{"a key twice", pod + "    name: b\n", `a.yaml:8:5: the key "name" is in line 7 already`},
		{"a kind in other letters", strings.Replace(pod, "kind: Pod", "kind: pod", 1), `a.yaml:2:1: there is no kind "pod", which is written Pod`},
		{"a kind and a blank", strings.Replace(pod, "kind: Pod", "kind: 'Pod '", 1), `a.yaml:2:1: there is no kind "Pod ", which is written Pod`},
		{"a list with nothing in an item", "apiVersion: v1\nkind: List\nitems:\n- null\n", "a.yaml:4:3: an item of the list is no object"},
		{"a list of texts", "apiVersion: v1\nkind: PodList\nitems: [web]\n", "a.yaml:3:9: an item of the list is no object"},
		{"a list with an item of no kind", "apiVersion: v1\nkind: List\nitems:\n- metadata: {name: web}\n", "a.yaml:4:3: an item of the list has no kind"},
		{"a list whose items are none", "apiVersion: v1\nkind: List\nitems: {a: 1}\n", "a.yaml:3:1: the items are no list"},
		{"a page of a list", "apiVersion: v1\nkind: PodList\nmetadata: {continue: abc}\nitems: []\n", "a.yaml:3:1: it is a page of a list that goes on"},
		{"an error of the API server", "apiVersion: v1\nkind: Status\n", "a.yaml:2:1: it is an answer of Kubernetes without objects"},
		{"a list of a known kind without items", "apiVersion: apps/v1\nkind: DeploymentList\n", "a.yaml:2:1: it is an answer of Kubernetes without objects"},
		{"a list without items", "apiVersion: v1\nkind: List\n", "a.yaml:2:1: it is an answer of Kubernetes without objects"},
		{"a list in other letters", "apiVersion: v1\nkind: list\nitems: []\n", `a.yaml:2:1: there is no kind "list", which is written List`},
		{"input of Kustomize", "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [https://git.example/x]\n", "a.yaml:2:1: it is input of Kustomize, and not yet a manifest"},
		{"a component behind an object", pod + "---\napiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n", "a.yaml:10:1: it is input of Kustomize"},
		{"aliases without end", bomb(), "a.yaml:3:1: the document is not valid: yaml: document contains excessive aliasing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := kubernetes.Read("a.yaml", []byte(tt.text), workload.Options{})
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("Read = %v, want %s", err, tt.want)
			}
			if err != nil && !fault.IsRequest(err) {
				t.Errorf("Read = %v, which is not a wrong request", err)
			}
		})
	}
}

// Of a value of a wrong type it is said what to do, by what was most likely meant, and never the value.
func TestWrongType(t *testing.T) {
	t.Parallel()
	const head = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: shop\n"
	const password = "Hq7vLp93xZa2Kd"
	pod := func(container string) string {
		return head + "spec: {template: {spec: {containers: [{name: a, " + container + "}]}}}\n"
	}
	tests := []struct{ name, text, want, hint string }{
		{"a number", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop}\ndata: {port: 8080}\n", `ConfigMap "shop", data.port: a number, where a string is needed`, "put it into quotes"},
		{"a boolean", head + "  labels: {a: true}\n", `Deployment "shop", metadata.labels.a: a boolean, where a string is needed`, "put it into quotes"},
		{"a boolean of YAML 1.1", head + "  namespace: n\n", `metadata.namespace: a boolean, where a string is needed: YAML 1.1, which Kubernetes reads, takes y, n,`, "put it into quotes"},
		{"a number in quotes", pod(`ports: [{containerPort: "80"}]`), "ports[0].containerPort: a string, where a number is needed", "write a number without quotes"},
		{"a number in a list", "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: shop}, data: {a: 5}}\n", `ConfigMap "shop", items[0].data.a: a number, where a string is needed`, "put it into quotes"},
		{"a variable", head + "spec: {replicas: '${R}'}\n", "spec.replicas: a string, where a number is needed; variables are not filled in here", "envsubst"},
		{"a variable for a quantity", pod("resources: {limits: {cpu: '${C}'}}"), "variables are not filled in here", "flux build kustomization"},
		{"a password", pod("env: [{name: A, value: [" + password + "]}]"), "env[0].value: a list, where a string is needed", "as the API"},
		{"a number that is one", pod("env: [{name: A, value: 73519264058137}]"), "env[0].value: a number, where a string is needed", "put it into quotes"},
		{"a password for a number", pod("ports: [{containerPort: " + password + "}]"), "containerPort: a string, where a number is needed", "without quotes"},
		{"a password for a time", head + "  creationTimestamp: " + password + "\n", "metadata.creationTimestamp: ", "as the API"},
		{"a password in a variable", pod("ports: [{containerPort: '${A:-" + password + "}'}]"), "variables are not filled in here", "envsubst"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := kubernetes.Read("a.yaml", []byte(tt.text), workload.Options{})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("Read() = %v, want %s", err, tt.want)
			}
			hints := strings.Join(fault.Hints(err), "\n")
			if !strings.Contains(hints, tt.hint) {
				t.Errorf("Read() hints %q, want %q", hints, tt.hint)
			}
			if strings.Contains(err.Error()+hints, password) || strings.Contains(err.Error()+hints, "73519264058137") {
				t.Errorf("Read() = %v, which says the value", err)
			}
		})
	}
}

// bomb is an object of some hundred bytes that stands for 10^12 values.
func bomb() string {
	var b strings.Builder
	b.WriteString("\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: bomb}\nx0: &x0 [a, a, a, a, a, a, a, a, a, a]\n")
	for i := 1; i < 12; i++ {
		fmt.Fprintf(&b, "x%d: &x%d [%s*x%d]\n", i, i, strings.Repeat(fmt.Sprintf("*x%d, ", i-1), 9), i-1)
	}
	return b.String()
}

func TestUnknownFields(t *testing.T) {
	t.Parallel()
	f := read(t, `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    spec:
      hostPid: true
      containers:
      - name: a
        securitycontext:
          privileged: false
        securityContext:
          runAsNonroot: true
          zzzzzzzzzzzz: 1
        a.b: 1
        livenessProbe:
          httpget: {port: 80}
`)
	type unknown struct{ Name, Meant string }
	got := map[int]unknown{}
	for _, u := range f.Objects[0].(*kubernetes.Object).Unknown {
		got[u.Place.Line] = unknown{u.Name, u.Meant}
	}
	want := map[int]unknown{
		8: {"hostPid", "hostPID"}, 11: {"securitycontext", "securityContext"}, 14: {"runAsNonroot", "runAsNonRoot"}, 15: {"zzzzzzzzzzzz", ""}, 16: {"a.b", ""}, 18: {"httpget", "httpGet"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("unknown fields by line (-want +got):\n%s", diff)
	}
}

func TestBooleansOfYAML11(t *testing.T) {
	t.Parallel()
	f := read(t, "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  hostPID: on\n  containers:\n  - name: a\n    securityContext:\n      privileged: yes\n")
	w := f.Workloads[0]
	if !w.HostPID.Value || !w.Containers[0].Privileged.Value {
		t.Errorf("hostPID: on is %t, privileged: yes is %t, want true as Kubernetes has it", w.HostPID.Value, w.Containers[0].Privileged.Value)
	}
}

func TestMergedAndAliased(t *testing.T) {
	t.Parallel()
	f := read(t, `apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - &first
    name: a
    image: web:1
    securityContext: &strict
      privileged: true
  - <<: *first
    name: b
  - name: c
    securityContext: *strict
`)
	for i, name := range []string{"a", "b", "c"} {
		c := f.Workloads[0].Containers[i]
		if c.Name != name || !c.Privileged.Value || c.Privileged.Place.Line != 10 {
			t.Errorf("container %s: privileged = %+v, want true in line 10", c.Name, c.Privileged)
		}
	}
}

func TestInheritance(t *testing.T) {
	t.Parallel()
	f := read(t, `apiVersion: v1
kind: Pod
metadata:
  name: web
  annotations:
    container.apparmor.security.beta.kubernetes.io/c: unconfined
spec:
  securityContext:
    runAsNonRoot: true
    runAsUser: 1000
    seccompProfile: {type: RuntimeDefault}
    appArmorProfile: {type: Localhost, localhostProfile: strict}
  resources:
    limits: {memory: 1Gi}
  initContainers:
  - name: setup
  - name: proxy
    restartPolicy: Always
  containers:
  - name: a
  - name: b
    securityContext:
      runAsNonRoot: false
      runAsUser: 0
      seccompProfile: {type: Unconfined}
      appArmorProfile: {type: Unconfined}
    resources:
      limits: {memory: 512Mi}
  - name: c
  ephemeralContainers:
  - name: debug
    targetContainerName: a
`)
	type view struct {
		Kind                    workload.ContainerKind
		NonRoot                 bool
		User, Seccomp, AppArmor string
		Memory                  string
		Lines                   [4]int // of non-root, user, seccomp, memory
	}
	got := map[string]view{}
	for _, c := range f.Workloads[0].Containers {
		got[c.Name] = view{c.Kind, c.NonRoot.Value, c.User.Value, c.Seccomp.Value, c.AppArmor.Value, c.Memory.Value, [4]int{c.NonRoot.Place.Line, c.User.Place.Line, c.Seccomp.Place.Line, c.Memory.Place.Line}}
	}
	pod := [4]int{9, 10, 11, 14}
	want := map[string]view{
		"setup": {workload.Init, true, "1000", "default", "strict", "1Gi", pod},
		"proxy": {workload.Sidecar, true, "1000", "default", "strict", "1Gi", pod},
		"a":     {workload.Main, true, "1000", "default", "strict", "1Gi", pod},
		"b":     {workload.Main, false, "0", "unconfined", "unconfined", "512Mi", [4]int{23, 24, 25, 28}},
		"c":     {workload.Main, true, "1000", "default", "unconfined", "1Gi", pod},
		"debug": {workload.Ephemeral, true, "1000", "default", "strict", "", [4]int{9, 10, 11, 0}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("containers (-want +got):\n%s", diff)
	}
}

func TestWindows(t *testing.T) {
	t.Parallel()
	const class = "---\napiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata: {name: w}\nhandler: x\nscheduling: {nodeSelector: {kubernetes.io/os: windows}}\n"
	affinity := func(terms string) string {
		return "  affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [" + terms + "]}}}\n"
	}
	const term = "{matchExpressions: [{key: kubernetes.io/os, operator: In, values: [windows]}]}"
	tests := []struct {
		name, spec, behind string
		want               bool
	}{
		{name: "nothing"},
		{name: "the operating system", spec: "  os: {name: windows}\n", want: true},
		{name: "another operating system", spec: "  os: {name: linux}\n  nodeSelector: {kubernetes.io/os: windows}\n"},
		{name: "nodes", spec: "  nodeSelector: {kubernetes.io/os: windows}\n", want: true},
		{name: "nodes by the older label", spec: "  nodeSelector: {beta.kubernetes.io/os: windows}\n", want: true},
		{name: "nodes that somebody calls so", spec: "  nodeSelector: {os: windows}\n"},
		{name: "an affinity", spec: affinity(term), want: true},
		{name: "an affinity that lets others", spec: affinity(term + ", {matchExpressions: [{key: a, operator: Exists}]}")},
		{name: "an affinity for both", spec: affinity("{matchExpressions: [{key: kubernetes.io/os, operator: In, values: [windows, linux]}]}")},
		{name: "an affinity against it", spec: affinity("{matchExpressions: [{key: kubernetes.io/os, operator: NotIn, values: [windows]}]}")},
		{name: "a RuntimeClass", spec: "  runtimeClassName: w\n", behind: class, want: true},
		{name: "a RuntimeClass of another name", spec: "  runtimeClassName: windows\n", behind: class},
		{name: "a RuntimeClass that is not here", spec: "  runtimeClassName: windows\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := read(t, "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n"+tt.spec+"  containers:\n  - name: a\n"+tt.behind).Workloads[0]
			if got := w.Object.(*kubernetes.Pod).IsWindows(); got != tt.want {
				t.Errorf("IsWindows() = %t, want %t", got, tt.want)
			}
			c := w.Containers[0]
			if linux := c.ReadOnlyRoot.Place.File != "" && c.Seccomp.Place.File != ""; linux == tt.want || c.NonRoot.Place.File == "" {
				t.Errorf("it has what Linux has: %t, want %t; whether it may be root is known: %t, want true", linux, !tt.want, c.NonRoot.Place.File != "")
			}
		})
	}
}

func TestWindowsUser(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                     "",
		"      runAsUserName: ContainerUser\n": "ContainerUser",
		"      runAsUserName: ContainerAdministrator\n": "",
		"      runAsUserName: 'NT AUTHORITY\\SYSTEM'\n": "",
	} {
		f := read(t, "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  os: {name: windows}\n  securityContext:\n    windowsOptions:\n      gmsaCredentialSpecName: a\n"+text+"  containers:\n  - name: a\n")
		if got := f.Workloads[0].Containers[0].User; got.Value != want {
			t.Errorf("with %q the user is %+v, want %q", text, got, want)
		}
	}
}

// A container's own user counts before that of the pod, and only where it names one.
func TestWindowsUserOfContainer(t *testing.T) {
	t.Parallel()
	f := read(t, `apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  os: {name: windows}
  securityContext: {windowsOptions: {runAsUserName: ContainerUser}}
  containers:
  - {name: a, securityContext: {readOnlyRootFilesystem: true}}
  - {name: b, securityContext: {windowsOptions: {hostProcess: false}}}
  - {name: c, securityContext: {windowsOptions: {runAsUserName: ContainerAdministrator}}}
`)
	for i, want := range []string{"ContainerUser", "ContainerUser", ""} {
		if c := f.Workloads[0].Containers[i]; c.User.Value != want {
			t.Errorf("container %s runs as %q, want %q", c.Name, c.User.Value, want)
		}
	}
}

// Probes are asked for of what runs on alone.
func TestProbes(t *testing.T) {
	t.Parallel()
	const containers = "initContainers: [{name: a}, {name: b, restartPolicy: Always}]\n  containers: [{name: c, livenessProbe: {exec: {command: [x]}}, readinessProbe: {}}]\n  ephemeralContainers: [{name: d}]\n"
	for text, want := range map[string]string{
		"  ":                             "b:false,false c:true,false",
		"  restartPolicy: Always\n  ":    "b:false,false c:true,false",
		"  restartPolicy: OnFailure\n  ": "",
	} {
		var got []string
		for _, c := range read(t, "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n"+text+containers).Workloads[0].Containers {
			if c.Liveness.Place.File != "" && c.Readiness.Place.File != "" {
				got = append(got, fmt.Sprintf("%s:%t,%t", c.Name, c.Liveness.Value, c.Readiness.Value))
			}
		}
		if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
			t.Errorf("probes of a pod with %q (-want +got):\n%s", text, diff)
		}
	}
}

// What a container mounts, listens on and reads from its environment, each where it is said.
func TestMountsPortsAndVariables(t *testing.T) {
	t.Parallel()
	f := read(t, `apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  volumes:
  - {name: host, hostPath: {path: /srv}}
  - {name: files, image: {reference: files:1}}
  - {name: nothing}
  - {name: idle, hostPath: {path: /etc}}
  containers:
  - image: web:1
    ports: [{containerPort: 80}, {containerPort: 53, protocol: UDP, hostPort: 54}]
    env:
    - {name: A, value: a}
    - {name: B, valueFrom: {secretKeyRef: {name: s, key: k}}}
    - {name: C, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
    volumeMounts: [{name: files, mountPath: /f}, {name: nothing, mountPath: /n}, {name: host, mountPath: /h, readOnly: true}]
  - name: b
    volumeMounts: [{name: host, mountPath: /h}]
`)
	var got []string
	for _, c := range f.Workloads[0].Containers {
		got = append(got, fmt.Sprintf("%q at %s", c.Name, c.Place.Path))
		for _, m := range c.Mounts {
			got = append(got, fmt.Sprintf("mount %q %q %q %t at %s", m.HostPath, m.Image.Value, m.Target, m.ReadOnly, m.Place.Path))
		}
		for _, p := range c.Ports {
			got = append(got, fmt.Sprintf("port %d %d %s", p.Container, p.Host, p.Protocol))
		}
		for _, e := range c.Env {
			got = append(got, fmt.Sprintf("variable %s %q secret %t at %s", e.Name, e.Value.Value, e.Secret, e.Value.Place.Path))
		}
	}
	want := []string{
		`"" at spec.containers[0]`,
		`mount "" "files:1" "/f" false at spec.containers[0].volumeMounts[0]`,
		`mount "" "" "/n" false at spec.containers[0].volumeMounts[1]`,
		`mount "/srv" "" "/h" true at spec.volumes[0].hostPath.path`,
		`mount "/etc" "" "" false at spec.volumes[3].hostPath.path`,
		"port 80 0 tcp", "port 53 54 udp",
		`variable A "a" secret false at spec.containers[0].env[0].value`,
		`variable B "" secret true at spec.containers[0].env[1].valueFrom`,
		`variable C "" secret false at spec.containers[0].env[2].value`,
		`"b" at spec.containers[1].name`,
		`mount "/srv" "" "/h" false at spec.volumes[0].hostPath.path`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("containers (-want +got):\n%s", diff)
	}
	volumes := f.Workloads[0].Object.(*kubernetes.Pod).Spec.Volumes
	if volumes[2].EmptyDir == nil || volumes[0].EmptyDir != nil {
		t.Errorf("a volume that says nothing is %+v, one of the host %+v; want an empty directory, and none", volumes[2].VolumeSource, volumes[0].VolumeSource)
	}
	if volumes := read(t, "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {volumes: [{name: a, hostPath: {path: /a}}]}\n").Workloads; len(volumes[0].Containers) != 0 {
		t.Errorf("a pod without containers has %+v", volumes[0].Containers)
	}
}

// Of a custom resource nobody knows what its texts mean, and of other kinds somebody does.
func TestCustomTexts(t *testing.T) {
	t.Parallel()
	f := read(t, "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: a}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n")
	for _, text := range f.Texts {
		if want := text.Resource == "Thing/a"; text.Custom != want {
			t.Errorf("the text %q of %s is of a custom resource: %t, want %t", text.Value, text.Resource, text.Custom, want)
		}
	}
}

func TestWeakened(t *testing.T) {
	t.Parallel()
	f := read(t, `apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  securityContext:
    seLinuxOptions: {type: spc_t}
    windowsOptions:
      hostProcess: true
  containers:
  - name: a
    securityContext:
      procMount: Unmasked
  - name: b
    securityContext:
      procMount: Default
      seLinuxOptions:
        level: s0
      windowsOptions:
        hostProcess: false
`)
	got := map[string][]string{}
	for _, c := range f.Workloads[0].Containers {
		for _, s := range c.Weakened {
			got[c.Name] = append(got[c.Name], fmt.Sprintf("%d %s", s.Place.Line, s.Setting))
		}
	}
	if diff := cmp.Diff(map[string][]string{"a": {"6 the SELinux type spc_t", "12 procMount Unmasked", "8 hostProcess"}}, got); diff != "" {
		t.Errorf("weakened (-want +got):\n%s", diff)
	}
}

func TestRecognize(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       bool
	}{
		{"a manifest", "# web\napiVersion: v1\nkind: Pod\n", true},
		{"a second document", "a: 1\n---\nkind: Pod\napiVersion: v1\n", true},
		{"JSON", "{\n  \"kind\": \"Pod\",\n  \"apiVersion\": \"v1\"\n}", true},
		{"one behind a byte order mark", "\ufeffapiVersion: v1\nkind: Pod\n", true},
		{"one in braces", "{apiVersion: v1, kind: Pod}\n", true},
		{"one on the line of its marker", "--- {apiVersion: v1, kind: Pod}\n", true},
		{"lines that end as once on a Macintosh", "apiVersion: v1\rkind: Pod\r", true},
		{"one behind another file, with its byte order mark", "\ufeffa: 1\n---\n\ufeffapiVersion: v1\nkind: Pod\n", true},
		{"a second one whose lines end as once on a Macintosh", "a: 1\r---\rapiVersion: v1\rkind: Pod\r", true},
		{"fields in escapes, as YAML has them", "\"\\x61piVersion\": v1\n\"\\x6bind\": Pod\n", true},
		{"fields in escapes, as JSON has them", `{"\u0061piVersion": "v1", "\u006bind": "Pod"}`, true},
		{"fields in long escapes", "\"\\U00000061piVersion\": v1\nkind: Pod\n", true},
		{"a field by an alias", "a: &k kind\napiVersion: v1\n*k : Pod\n", true},
		{"one of which nobody can say where it ends", "a: 1\u0085---\u0085apiVersion: v1\u0085kind: Pod\u0085", true},
		{"one that does not parse", "apiVersion: v1\nkind: Pod\nspec: [\n", true},
		{"JSON one behind the other", "{\"a\": 1}\n{\"kind\": \"Pod\", \"apiVersion\": \"v1\"}\n", true},
		{"JSON that does not parse", `{"kind": "Pod", "apiVersion": "v1", "spec": [}`, true},
		{"a description of an API", `{"openapi": "3.0.0", "components": {"schemas": {"Pod": {"properties": {"apiVersion": {}, "kind": {}}}}}}`, false},
		{"JSON with empty fields", `{"apiVersion": null, "kind": "", "x": {"apiVersion": "v1"}}`, false},
		{"a chart", "apiVersion: v2\nname: web\n", false},
		{"within another file", "values:\n  extra:\n    apiVersion: v1\n    kind: Pod\n", false},
		{"a Compose file", "services:\n  web:\n    image: web:1\n", false},
		{"nothing", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := kubernetes.Recognize([]byte(tt.text)); got != tt.want {
				t.Errorf("Recognize(%q) = %t, want %t", tt.text, got, tt.want)
			}
		})
	}
}

// TestManyDocuments reads 10,000 objects in documents, and as many in one list.
func TestManyDocuments(t *testing.T) {
	t.Parallel()
	const n = 10_000
	pod := "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: a, image: \"web:1\"}]}\n---\n"
	item := "- {apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: [{name: a}]}}\n"
	for name, text := range map[string]string{"documents": strings.Repeat(pod, n), "items": "apiVersion: v1\nkind: List\nitems:\n" + strings.Repeat(item, n)} {
		f := read(t, text)
		if len(f.Workloads) != n {
			t.Errorf("Read found %d workloads in %d %s", len(f.Workloads), n, name)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: a\n    securitycontext: {}\n",
		"apiVersion: v1\nkind: List\nitems:\n- apiVersion: apps/v1\n  kind: Deployment\n  spec: {template: {spec: {volumes: [{}], containers: [{name: a, env: [{name: b, value: 5}]}]}}}\n",
		`{"apiVersion": "v1", "kind": "Pod", "": 1, "spec": {"a.b[0]": null, "containers": [null]}}`,
		"apiVersion: batch/v1\nkind: CronJob\nspec: &s\n  jobTemplate: {spec: *s}\n",
		"apiVersion: example.com/v1\nkind: X\nspec: {template: {spec: {containers: [{resources: {limits: {cpu: x}}}]}}}\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := kubernetes.Read("a.yaml", data, workload.Options{})
		if err != nil {
			if !fault.IsRequest(err) {
				t.Errorf("Read = %v, which is not a wrong request", err)
			}
			return
		}
		for _, w := range file.Workloads {
			for _, c := range w.Containers {
				if c.Place.Line < 1 || c.ReadOnlyRoot.Place.File != "" && c.ReadOnlyRoot.Place.Line < 1 {
					t.Errorf("container %q is in line %d", c.Name, c.Place.Line)
				}
			}
		}
	})
}
