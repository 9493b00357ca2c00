package marathon_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/marathon"
	"github.com/layergate/layergate/pkg/workload/workloadtest"
)

var update = flag.Bool("update", false, "write what is found into the golden files")

// What is read of each manifest stands in the file beside it.
func TestManifests(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("testdata", "*.[jy][sa][om]*"))
	if err != nil || len(files) < 6 {
		t.Fatalf("manifests = %v, %v", files, err)
	}
	for _, path := range files {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !marathon.Recognize(data) {
				t.Error("Recognize() = false, want true")
			}
			file, err := marathon.Read(filepath.Base(path), data, workload.Options{})
			if err != nil {
				t.Fatal(err)
			}
			golden(t, strings.TrimSuffix(path, filepath.Ext(path))+".txt", workloadtest.Summary(file))
		})
	}
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

func TestRecognize(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text      string
		want, resembles bool
	}{
		{name: "an app", text: `{"id": "a", "container": {}}`, want: true},
		{name: "a command", text: `{"id": "a", "cmd": "b", "cpus": 1}`, want: true},
		{name: "a list", text: `[{"id": "a", "container": {}}]`, want: true},
		{name: "what the API returns", text: `{"apps": [{"id": "a", "container": {}}]}`, want: true},
		{name: "what the API returns for one", text: `{"app": {"id": "a", "container": {}}}`, want: true},
		{name: "a group", text: `{"id": "a", "groups": []}`, want: true},
		{name: "a pod", text: `{"id": "a", "containers": []}`, want: true},
		{name: "YAML", text: "id: a\ncmd: b\ninstances: 2\n", want: true},
		{name: "a field in escapes", text: `{"\u0069d": "a", "container": {}}`, want: true},
		{name: "one with an error", text: `{"id": "a", "instances": [}`, want: true},
		{name: "a command and an id of Marathon", text: `{"id": "/a", "cmd": "b", "user": "root"}`, want: true},
		{name: "arguments and an id of Marathon", text: `{"id": "/a", "args": ["b"]}`, want: true},
		{name: "a command alone", text: `{"id": "a", "cmd": "b"}`, resembles: true},
		{name: "no id, a container", text: `{"container": {"docker": {"image": "a"}}, "instances": 1}`, resembles: true},
		{name: "no id, a command", text: "cmd: b\ncpus: 0.1\n", resembles: true},
		{name: "no id, in a list", text: `[{"args": ["b"], "cpus": 1}]`, resembles: true},
		{name: "no id, of what the API returns", text: `{"apps": [{"cmd": "b", "instances": 1}]}`, resembles: true},
		{name: "no id, a field in escapes", text: `{"container": {}, "\u0063pus": 1}`, resembles: true},
		{name: "no id and no size", text: `{"container": {"image": "a"}, "steps": []}`},
		{name: "no id and nothing that runs", text: `{"cpus": 1, "instances": 2}`},
		{name: "no id, a container that is a text", text: `{"container": "a", "cpus": 1}`},
		{name: "no id, of Kubernetes", text: `{"apiVersion": "a/v1", "kind": "A", "container": {}, "cpus": 1}`},
		{name: "no id and an error", text: `{"container": {}, "cpus": [}`},
		{name: "arguments that are a text", text: `{"id": "a", "args": "b"}`},
		{name: "arguments alone", text: `{"id": "a", "args": ["b"]}`, resembles: true},
		{name: "a command with a number", text: `{"id": 5, "cmd": "b"}`},
		{name: "containers that are no list", text: `{"id": "a", "containers": {}}`},
		{name: "one with an error and without an id", text: `{"instances": [}`},
		{name: "an id alone", text: `{"id": "a", "name": "b"}`},
		{name: "a workflow of something else", text: `{"id": 5, "container": {}}`},
		{name: "Kubernetes", text: `{"apiVersion": "v1", "kind": "Pod", "id": "a", "containers": []}`},
		{name: "something else with an error", text: `{"id": "a", "b" "c"}`},
		{name: "nothing", text: ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := marathon.Recognize([]byte(tt.text)); got != tt.want {
				t.Errorf("Recognize() = %t, want %t", got, tt.want)
			}
			if got := marathon.Resembles([]byte(tt.text)); !tt.want && got != tt.resembles {
				t.Errorf("Resembles() = %t, want %t", got, tt.resembles)
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	app := func(fields string) string { return "{\"id\": \"/a\", \"container\": {},\n " + fields + "}\n" }
	tests := []struct{ name, text, want string }{
		{name: "an empty file", text: "\n", want: "a.json:2: the file is empty"},
		{name: "bad JSON", text: "{\"id\": \"a\",\n \"cmd\" \"b\"}", want: "a.json:2: the file is no valid YAML"},
		{name: "an empty id", text: `{"id": "", "container": {}}`, want: "a.json:1:2: id: it names no app"},
		{name: "a pod at the root", text: `{"id": "/", "containers": []}`, want: "a.json:1:2: id: it names no pod"},
		{name: "a check that is null", text: app("\"healthChecks\": [{}, null]"), want: "a.json:2:23: healthChecks[1]: it is null"},
		{name: "a check that is no mapping", text: app("\"readinessChecks\": [5]"), want: "a.json:2:22: readinessChecks[0]: it must be a mapping, and is a number"},
		{name: "a duplicate key", text: app("\"cpus\": 1, \"cpus\": 2"), want: `a.json:2:13: the key "cpus" is in line 2 already`},
		{name: "neither app, pod nor group", text: "{\"name\": \"a\"}", want: "a.json:1:1: it is no app, pod or group of Marathon"},
		{name: "a string for a number", text: app(`"cpus": "1"`), want: "a.json:2:2: cpus: it must be a number, and is a string"},
		{name: "a number for a string", text: app(`"cmd": 5`), want: "a.json:2:2: cmd: it must be a string, and is a number"},
		{name: "a list for a mapping", text: app(`"env": []`), want: "a.json:2:2: env: it must be a mapping, and is a list"},
		{name: "a mapping for a list", text: app(`"fetch": {}`), want: "a.json:2:2: fetch: it must be a list, and is a mapping"},
		{name: "half an instance", text: app(`"instances": 0.5`), want: "a.json:2:2: instances: it must be a whole number"},
		{name: "a limit in words", text: app(`"resourceLimits": {"mem": "much"}`), want: `a.json:2:21: resourceLimits.mem: it must be a number or "unlimited"`},
		{name: "a port beyond all", text: app(`"ports": [70000]`), want: "a.json:2:12: ports[0]: it is no port"},
		{name: "a string for a boolean", text: `{"id": "a", "container": {"type": "DOCKER", "docker": {"image": "x", "privileged": "yes"}}}`, want: "a.json:1:70: container.docker.privileged: it must be a boolean, and is a string"},
		{name: "a wrong volume", text: `{"id": "a", "container": {"type": "DOCKER", "docker": {"parameters": [{"key": "v", "value": "aa:bb:cc:dd"}]}}}`, want: "a.json:1:71: container.docker.parameters[0]: invalid spec"},
		{name: "a wrong port", text: `{"id": "a", "container": {"type": "DOCKER", "docker": {"parameters": [{"key": "p", "value": "x"}]}}}`, want: "a.json:1:71: container.docker.parameters[0]: invalid containerPort: x"},
		{name: "something else in a group", text: `{"id": "a", "apps": [{"id": "b"}]}`, want: "a.json:1:22: apps[0]: it is no app, pod or group"},
		{name: "something else in a list", text: `[{"id": "a", "container": {}}, {"id": "b"}]`, want: "a.json:1:32: [1]: it is no app, pod or group"},
		{name: "something else before it in a list", text: `[{"id": "b"}, {"id": "a", "container": {}}]`, want: "a.json:1:2: [0]: it is no app, pod or group"},
		{name: "a word for a check", text: app(`"healthChecks": "http"`), want: "a.json:2:2: healthChecks: it must be a list, and is a string"},
		{name: "a list for the value of a parameter", text: `{"id": "a", "container": {"type": "DOCKER", "docker": {"parameters": [{"key": "v", "value": []}]}}}`, want: "a.json:1:84: container.docker.parameters[0].value: it must be a string, and is a list"},
		{name: "another engine", text: `{"id": "a", "container": {"type": "rkt"}}`, want: "a.json:1:27: container.type: it must be DOCKER or MESOS"},
		{name: "an empty engine", text: `{"id": "a", "container": {"type": ""}}`, want: "a.json:1:27: container.type: it must be DOCKER or MESOS"},
		{name: "another network", text: app(`"networks": [{"mode": "none"}]`), want: "a.json:2:16: networks[0].mode: it must be container, container/bridge or host"},
		{name: "a network of old", text: `{"id": "a", "container": {"docker": {"network": "hosts"}}}`, want: "a.json:1:38: container.docker.network: it must be BRIDGE, HOST, NONE or USER"},
		{name: "a network that is null", text: app(`"networks": [null]`), want: "a.json:2:15: networks[0]: it is null"},
		{name: "a network by its name", text: app(`"networks": ["host"]`), want: "a.json:2:15: networks[0]: it must be a mapping, and is a string"},
		{name: "an address that is none", text: app(`"ipAddress": "10.0.0.1"`), want: "a.json:2:2: ipAddress: it must be a mapping, and is a string"},
		{name: "another way to share processes", text: `{"id": "a", "container": {"linuxInfo": {"ipcInfo": {"mode": "SHARED"}}}}`, want: "a.json:1:53: container.linuxInfo.ipcInfo.mode: it must be PRIVATE or SHARE_PARENT"},
		{name: "a word for a parameter", text: `{"id": "a", "container": {"type": "DOCKER", "docker": {"parameters": ["privileged"]}}}`, want: "a.json:1:71: container.docker.parameters[0]: it must be a mapping, and is a string"},
		{name: "aliases for too many values", text: "id: a\ncontainer: {}\nlabels:\n" + aliases(), want: "a.json:"},
		{name: "a secret that is none", text: app(`"env": {"A": {"secret": 5}}`), want: "a.json:2:16: env.A.secret: it must be a string, and is a number"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := marathon.Read("a.json", []byte(tt.text), workload.Options{})
			if !fault.IsRequest(err) || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("Read() = %v, want %q", err, tt.want)
			}
		})
	}
}

// aliases are fields of which each stands for ten of the one before it.
func aliases() string {
	out := "  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
	for i := range 7 {
		out += strings.ReplaceAll("  aM: &aM [*aN, *aN, *aN, *aN, *aN, *aN, *aN, *aN, *aN, *aN]\n", "N", strconv.Itoa(i))
		out = strings.ReplaceAll(out, "M", strconv.Itoa(i+1))
	}
	return out
}

func FuzzRead(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "*.[jy][sa][om]*"))
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		marathon.Recognize(data)
		file, err := marathon.Read("a.json", data, workload.Options{})
		if err != nil && (!fault.IsRequest(err) || !strings.HasPrefix(err.Error(), "a.json:")) {
			t.Errorf("Read() = %v, want a wrong request that begins with the place", err)
		}
		if (file == nil) == (err == nil) {
			t.Errorf("Read() = %v, %v, want one of them", file, err)
		}
	})
}

// appWith is an app of a runtime with one parameter of the Docker Engine.
func appWith(t *testing.T, runtime, key, value string) workload.Workload {
	t.Helper()
	text := `{"id": "web", "container": {"type": "` + runtime + `", "docker": {"image": "web:1", "parameters": [{"key": "` + key + `", "value": "` + value + `"}]}}}`
	file, err := marathon.Read("web.json", []byte(text), workload.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return file.Workloads[0]
}

// A parameter that the Universal Container Runtime ignores is a protection without effect only where it would protect.
func TestUniversalParameters(t *testing.T) {
	t.Parallel()
	tests := []struct {
		key, value string
		protects   bool
	}{
		{key: "security-opt", value: "no-new-privileges:true", protects: true},
		{key: "security-opt", value: "seccomp=strict.json", protects: true},
		{key: "security-opt", value: "seccomp=unconfined"},
		{key: "security-opt", value: "label=disable"},
		{key: "security-opt", value: "no-new-privileges:false"},
		{key: "userns", value: "remap", protects: true},
		{key: "userns", value: "host"},
		{key: "read-only", value: "false"},
		{key: "cap-drop", value: "ALL", protects: true},
		{key: "hostname", value: "web"},
	}
	for _, tt := range tests {
		t.Run(tt.key+"="+tt.value, func(t *testing.T) {
			t.Parallel()
			w := appWith(t, "MESOS", tt.key, tt.value)
			other := len(w.Object.(*marathon.Task).Ineffective) > 0
			if got := len(w.Ineffective) > 0; got != tt.protects || other == tt.protects {
				t.Errorf("it is a protection without effect: %t, another parameter: %t; want %t", got, other, tt.protects)
			}
		})
	}
}

// A parameter counts as docker run takes its flag, also where it has dashes or is short.
func TestDockerParameters(t *testing.T) {
	t.Parallel()
	mounts := func(w workload.Workload) any { return len(w.Containers[0].Mounts) }
	liveness := func(w workload.Workload) any { return w.Containers[0].Liveness.Value }
	weakened := func(w workload.Workload) any { return len(w.Containers[0].Weakened) }
	network := func(w workload.Workload) any { return w.HostNetwork.Value }
	pid := func(w workload.Workload) any { return w.HostPID.Value }
	hostPath := func(w workload.Workload) any { return w.Containers[0].Mounts[0].HostPath }
	privileged := func(w workload.Workload) any { return w.Containers[0].Privileged.Value }
	readOnly := func(w workload.Workload) any { return w.Containers[0].ReadOnlyRoot.Value }
	tests := []struct {
		key, value string
		get        func(workload.Workload) any
		want       any
	}{
		{"use-api-socket", "true", mounts, 1},
		{"use-api-socket", "false", mounts, 0},
		{"use-api-socket", "maybe", mounts, 1},
		{"--volume", "/srv:/srv", mounts, 1},
		{"privileged", "maybe", privileged, true},
		{"privileged", "false", privileged, false},
		{"read-only", "true", readOnly, true},
		{"read-only", "maybe", readOnly, false},
		{"health-cmd", "true", liveness, true},
		{"no-healthcheck", "false", liveness, true},
		{"no-healthcheck", "maybe", liveness, false},
		{"network", "name=host,alias=web", network, true},
		{"network", "name=web", network, false},
		{"pid", "host", pid, true},
		{"pid", "name=host", pid, false},
		{"volume", "../../etc:/x", hostPath, "/etc"},
		{"mount", "type=bind,source=../../etc,target=/x", hostPath, "/etc"},
		{"oom-score-adj", "-500", weakened, 1},
		{"oom-score-adj", "500", weakened, 0},
		{"network", "host", network, true},
		{"network", "container:web", weakened, 1},
		{"ipc", "shareable", weakened, 1},
		{"pid", "shareable", weakened, 0},
		{"ipc", "private", weakened, 0},
		{"cgroupns", "host", weakened, 1},
		{"cgroupns", "private", weakened, 0},
		{"memory-swap", "-1", weakened, 1},
		{"memory-swap", "1g", weakened, 0},
		{"oom-kill-disable", "true", weakened, 1},
		{"oom-kill-disable", "false", weakened, 0},
		{"oom-kill-disable", "maybe", weakened, 1},
	}
	for _, tt := range tests {
		t.Run(tt.key+"="+tt.value, func(t *testing.T) {
			t.Parallel()
			if got := tt.get(appWith(t, "DOCKER", tt.key, tt.value)); got != tt.want {
				t.Errorf("it is %v, want %v", got, tt.want)
			}
		})
	}
	if c := appWith(t, "DOCKER", "entrypoint", "/app").Containers[0]; !c.OwnEntrypoint || !slices.Equal(c.Command.Value, []string{"/app"}) {
		t.Errorf("the entry point /app is %q, its own: %t", c.Command.Value, c.OwnEntrypoint)
	}
}

// What the Docker Engine is not told has the place where it would be said, and whether an app is ready is asked only where it says how to tell.
func TestPlacesOfDefaults(t *testing.T) {
	t.Parallel()
	w := appWith(t, "DOCKER", "hostname", "web")
	c := w.Containers[0]
	for name, at := range map[string]workload.Place{
		"user": c.User.Place, "pids-limit": c.PIDs.Place, "read-only": c.ReadOnlyRoot.Place, "cap-drop": c.DropCaps.Place, "pid": w.HostPID.Place, "ipc": w.HostIPC.Place, "uts": w.HostUTS.Place,
	} {
		if at.Line != 1 || at.Column != 76 {
			t.Errorf("%s is at %d:%d, want the parameters", name, at.Line, at.Column)
		}
	}
	if c.Readiness.Place.File != "" {
		t.Errorf("readiness is at %v, want no place", c.Readiness.Place)
	}
}

// An app or a pod that names no network is in the host's, also where it maps ports: Marathon drops them then (AppNormalization).
func TestHostNetwork(t *testing.T) {
	t.Parallel()
	app := func(docker, fields string) string {
		return `{"id": "a", "container": {"type": "DOCKER", "docker": {"image": "a:1"` + docker + `}}` + fields + `}`
	}
	pod := func(fields string) string { return `{"id": "a", "containers": [{"name": "b"}]` + fields + `}` }
	const mapped = `, "portMappings": [{"containerPort": 80}]`
	tests := []struct {
		name, text string
		want       bool
	}{
		{name: "nothing", text: app("", ""), want: true},
		{name: "no networks", text: app("", `, "networks": []`), want: true},
		{name: "null", text: app("", `, "networks": null`), want: true},
		{name: "a port that is mapped", text: app(mapped, ""), want: true},
		{name: "a port that is mapped and no networks", text: app(mapped, `, "networks": []`), want: true},
		{name: "the host's", text: app("", `, "networks": [{"mode": "host"}]`), want: true},
		{name: "the host's in capitals", text: app("", `, "networks": [{"mode": "HOST"}]`), want: true},
		{name: "the host's among others", text: app("", `, "networks": [{"mode": "host"}, {"name": "b"}]`), want: true},
		{name: "one without a mode", text: app("", `, "networks": [{"name": "b"}]`)},
		{name: "one with nothing", text: app("", `, "networks": [{}]`)},
		{name: "a bridge", text: app(mapped, `, "networks": [{"mode": "container/bridge"}]`)},
		{name: "the host's of old", text: app(`, "network": "HOST"`, ""), want: true},
		{name: "the host's of old in small letters", text: app(`, "network": "host"`, ""), want: true},
		{name: "the host's of old and no networks", text: app(`, "network": "HOST"`, `, "networks": []`), want: true},
		{name: "the host's of old and another", text: app(`, "network": "HOST"`, `, "networks": [{"name": "b"}]`), want: true},
		{name: "the host's of old and an address", text: app(`, "network": "HOST"`, `, "ipAddress": {}`), want: true},
		{name: "the host's and a bridge of old", text: app(`, "network": "BRIDGE"`, `, "networks": [{"mode": "host"}]`), want: true},
		{name: "a bridge of old", text: app(`, "network": "BRIDGE"`+mapped, "")},
		{name: "a network of old that is null", text: app(`, "network": null`, ""), want: true},
		{name: "an address", text: app("", `, "ipAddress": {}`)},
		{name: "an address that is null", text: app("", `, "ipAddress": null`), want: true},
		{name: "a pod", text: pod(""), want: true},
		{name: "a pod without networks", text: pod(`, "networks": []`), want: true},
		{name: "a pod with null", text: pod(`, "networks": null`), want: true},
		{name: "a pod with a network", text: pod(`, "networks": [{"name": "b"}]`)},
		{name: "a pod in the host's", text: pod(`, "networks": [{"mode": "Host"}]`), want: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file, err := marathon.Read("a.json", []byte(tt.text), workload.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if got := file.Workloads[0].HostNetwork.Value; got != tt.want {
				t.Errorf("the network is the host's: %t, want %t", got, tt.want)
			}
		})
	}
}

// What is empty says nothing: no check, and the user whom the pod says or, without one, root.
func TestEmptyFields(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text, user string
		check            bool
	}{
		{name: "no list of checks", text: `{"id": "a", "container": {}, "user": "b", "healthChecks": []}`, user: "b"},
		{name: "a check that says nothing", text: `{"id": "a", "container": {}, "check": {}, "user": ""}`, user: "root"},
		{name: "a check", text: `{"id": "a", "container": {}, "check": {"exec": {}}, "user": null}`, user: "root", check: true},
		{name: "a check by default", text: `{"id": "a", "container": {}, "healthChecks": [{}]}`, user: "root", check: true},
		{name: "a pod", text: `{"id": "a", "user": "b", "containers": [{"name": "c", "user": "", "healthCheck": {}}]}`, user: "b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file, err := marathon.Read("a.json", []byte(tt.text), workload.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if c := file.Workloads[0].Containers[0]; c.User.Value != tt.user || c.Liveness.Set != tt.check {
				t.Errorf("the user is %q, want %q; a check is there: %t, want %t", c.User.Value, tt.user, c.Liveness.Set, tt.check)
			}
		})
	}
}

// What names an empty image runs on the agent.
func TestEmptyImage(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`{"id": "a", "container": {"docker": {"image": ""}}}`, `{"id": "a", "containers": [{"name": "b", "image": {"id": ""}}]}`} {
		file, err := marathon.Read("a.json", []byte(text), workload.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if task := file.Workloads[0].Object.(*marathon.Task); len(task.OnAgent) != 1 || len(task.Pulls) != 0 {
			t.Errorf("Read(%s): %v run on the agent, %v are pulled, want one and none", text, task.OnAgent, task.Pulls)
		}
	}
}

// Documents of something else beside those of Marathon are counted.
func TestReadSkips(t *testing.T) {
	t.Parallel()
	file, err := marathon.Read("a.yaml", []byte("id: a\ncmd: b\n---\n- id: c\n---\nname: d\n"), workload.Options{})
	if err != nil || file.Documents != 1 || file.Skipped != 2 {
		t.Errorf("Read() = %+v, %v, want one document, and two that are skipped", file, err)
	}
}

// Only what says no image at all runs on the agent.
func TestOnAgent(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		`{"id": "a", "container": {"type": "MESOS", "volumes": []}}`:                           1,
		`{"id": "a", "container": {"type": "MESOS", "appc": {"image": "web"}}}`:                0,
		`{"id": "a", "container": {"type": "MESOS", "docker": {"image": "web:1"}}}`:            0,
		`{"id": "a", "containers": [{"name": "b"}]}`:                                           1,
		`{"id": "a", "containers": [{"name": "b", "image": {"kind": "DOCKER", "id": "b:1"}}]}`: 0,
	} {
		file, err := marathon.Read("a.json", []byte(text), workload.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := file.Workloads[0].Object.(*marathon.Task).OnAgent; len(got) != want {
			t.Errorf("Read(%s): %v run on the agent, want %d", text, got, want)
		}
	}
}

// A pod is in the host's network unless it says another, and the seccomp profile of all counts for a container that says none.
func TestPodDefaults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		fields, seccomp string
		host            bool
	}{
		{fields: `"user": "a"`, seccomp: "default", host: true},
		{fields: `"networks": [{"mode": "host"}]`, seccomp: "default", host: true},
		{fields: `"networks": [{"mode": "container", "name": "x"}]`, seccomp: "default"},
		{fields: `"networks": [{"mode": "container"}], "linuxInfo": {"seccomp": {"unconfined": true}}`, seccomp: "unconfined"},
	}
	for _, tt := range tests {
		file, err := marathon.Read("a.json", []byte(`{"id": "a", "containers": [{"name": "b", "linuxInfo": {}}], `+tt.fields+`}`), workload.Options{})
		if err != nil {
			t.Fatal(err)
		}
		w := file.Workloads[0]
		s := w.Containers[0].Seccomp
		if w.HostNetwork.Value != tt.host || s.Value != tt.seccomp {
			t.Errorf("with %s: the host's network: %t, seccomp %q; want %t, %q", tt.fields, w.HostNetwork.Value, s.Value, tt.host, tt.seccomp)
		}
		if at := s.Place; tt.seccomp == "default" && at.Path != "containers[0].linuxInfo.seccomp" {
			t.Errorf("with %s: the profile is missing at %q, want in the container", tt.fields, at.Path)
		}
	}
}

// All that is written in an app is there to be searched for secrets, and whose it is.
func TestTexts(t *testing.T) {
	t.Parallel()
	file, err := marathon.Read("a.json", []byte(`{"id": "/shop", "apps": [{"id": "web", "cmd": "run --x"}]}`), workload.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(file.Texts, func(x workload.Text) bool { return x.Value == "run --x" && x.Resource == "app/shop/web" }) {
		t.Errorf("the texts are %+v", file.Texts)
	}
}
