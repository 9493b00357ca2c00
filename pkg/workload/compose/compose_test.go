package compose_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/redact"
	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/compose"
	"github.com/layergate/layergate/pkg/workload/workloadtest"
)

var update = flag.Bool("update", false, "write what is found into the golden files")

// What is read of each manifest stands in the file beside it.
func TestManifests(t *testing.T) {
	t.Parallel()
	for _, platform := range []workload.Platform{workload.Compose, workload.Swarm} {
		files, err := filepath.Glob(filepath.Join("testdata", string(platform), "*.[yj][as][mo]*"))
		if err != nil || len(files) < 6 {
			t.Fatalf("manifests of %s = %v, %v", platform, files, err)
		}
		for _, path := range files {
			t.Run(path, func(t *testing.T) {
				t.Parallel()
				data, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if !compose.Recognize(data) {
					t.Error("Recognize() = false, want true")
				}
				file, err := compose.Read(filepath.Base(path), data, workload.Options{Platform: platform})
				if err != nil {
					t.Fatal(err)
				}
				golden(t, strings.TrimSuffix(path, filepath.Ext(path))+".txt", workloadtest.Summary(file))
			})
		}
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
		name, text string
		want       bool
	}{
		{name: "a service with an image", text: "services:\n  a:\n    image: b\n", want: true},
		{name: "a service that is built", text: "x-a: 1\nservices: {a: {build: .}}\n", want: true},
		{name: "a job", text: "jobs:\n  a: {image: b, triggers: {manual: true}}\n", want: true},
		{name: "JSON", text: `{"services": {"a": {"image": "b"}}}`, want: true},
		{name: "a section in escapes", text: "\"servic\\x65s\": {a: {image: b}}\n", want: true},
		{name: "one with an error", text: "services:\n  a:\n    image: b\n   bad: c\n", want: true},
		{name: "all in braces", text: "{services: {web: {image: \"x:1\", privileged: true}}}\n", want: true},
		{name: "all in braces, with an error", text: "{services: {web: {image: \"x:1\", privileged: true}}\n", want: true},
		{name: "a key on a line of its own", text: "? services\n: a: {image: b}\n", want: true},
		{name: "a section that is merged", text: "<<: {services: {a: {image: b}}}\n", want: true},
		{name: "services of GitLab CI", text: "services:\n  - postgres\ntest:\n  image: b\n"},
		{name: "services of Symfony", text: "services:\n  _defaults: {autowire: true}\n  App\\A: {resource: ../src}\n"},
		{name: "jobs of GitHub Actions", text: "jobs:\n  a:\n    runs-on: ubuntu-latest\n    steps: [{run: b}]\n"},
		{name: "Kubernetes", text: "apiVersion: v1\nkind: X\nservices:\n  a: {image: b}\n"},
		{name: "something else with an error", text: "services:\n  a: b: c\n"},
		{name: "nothing", text: ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := compose.Recognize([]byte(tt.text)); got != tt.want {
				t.Errorf("Recognize() = %t, want %t", got, tt.want)
			}
		})
	}
}

// What a file names and does not define is refused, as by the tools, unless another file may define it.
func TestUndefined(t *testing.T) {
	t.Parallel()
	service := func(fields string) string { return "services:\n  web:\n    image: a\n    " + fields + "\n" }
	tests := []struct {
		name, file, text string
		platform         workload.Platform
		want             string // that it is refused for
		noted            []string
	}{
		{name: "a volume", file: "compose.yaml", text: service("volumes: [data:/data]"), want: `compose.yaml:4:15: services.web.volumes[0]: the file defines no volume "data"`},
		{name: "a volume in long form", file: "-", text: service("volumes: [{type: volume, source: data, target: /data}]"), want: `-:4:30: services.web.volumes[0].source: the file defines no volume "data"`},
		{name: "a volume of Swarm", file: "stack.yml", platform: workload.Swarm, text: "version: '3'\n" + service("volumes: [data:/data]"), want: `stack.yml:5:15: services.web.volumes[0]: the file defines no volume "data"`},
		{name: "a network", file: "compose.yaml", text: service("networks: [front]"), want: `compose.yaml:4:16: services.web.networks[0]: the file defines no network "front"`},
		{name: "a network in long form", file: "compose.yaml", text: service("networks: {front: {aliases: [a]}}"), want: `compose.yaml:4:16: services.web.networks.front: the file defines no network "front"`},
		{name: "a secret", file: "compose.yaml", text: service("secrets: [key]"), want: `compose.yaml:4:15: services.web.secrets[0]: the file defines no secret "key"`},
		{name: "a configuration", file: "compose.yaml", text: service("configs: [{source: app}]"), want: `compose.yaml:4:16: services.web.configs[0].source: the file defines no config "app"`},
		{name: "what is defined", file: "compose.yaml", text: service("volumes: [data:/data, /cache, ./a:/b, '${X}:/c']\n    networks: [front, default]\n    secrets: [key]") + "volumes: {data: }\nnetworks: {front: {}}\nsecrets: {key: {file: k}}\n"},
		{name: "a file of another name", file: "compose.prod.yaml", text: service("volumes: [data:/data]\n    networks: [front]\n    secrets: [key]"), noted: []string{"volume data", "network front"}},
		{name: "a part of a file", file: "compose.yaml", text: "services:\n  web:\n    volumes: [data:/data]\n", noted: []string{"volume data"}},
		{name: "a file that includes another", file: "compose.yaml", text: "include: [a.yaml]\n" + service("volumes: [data:/data]"), noted: []string{"volume data"}},
		{name: "a service of a profile", file: "compose.yaml", text: service("profiles: [debug]\n    volumes: [data:/data]"), noted: []string{"volume data"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f, err := compose.Read(tt.file, []byte(tt.text), workload.Options{Platform: tt.platform})
			if tt.want != "" {
				if !fault.IsRequest(err) || err.Error() != tt.want {
					t.Errorf("Read() = %v, want %s", err, tt.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var noted []string
			for _, u := range f.Objects[0].(*compose.Project).Undefined {
				noted = append(noted, u.Value)
			}
			if diff := cmp.Diff(tt.noted, noted); diff != "" {
				t.Errorf("undefined (-want +got):\n%s", diff)
			}
		})
	}
}

// The names of images that no tool takes are refused.
func TestImageNames(t *testing.T) {
	t.Parallel()
	hex := strings.Repeat("0a", 32)
	for image, want := range map[string]bool{
		"a": true, "registry.example:5000/a/b:1": true, "a@sha256:" + hex: true, "a:1@sha256:" + hex: true, hex: true, "sha256:" + hex: true, "$A/b": true, "${A:-b}:1": true, "''": true, "a:b@registry.example/c": true,
		"a@sha256:abc": false, "a:1@sha256:" + hex + "00": false, "a@sha256:" + strings.ToUpper(hex): false, "a/B": false, "'a:'": false, "'a b'": false, "${A:-B}:1": false,
	} {
		_, err := compose.Read("c.yaml", []byte("services:\n  web:\n    image: "+image+"\n"), workload.Options{})
		if (err == nil) != want || err != nil && !strings.HasPrefix(err.Error(), "c.yaml:3:5: services.web.image: ") {
			t.Errorf("Read() of the image %s = %v, want an error = %t", image, err, !want)
		}
	}
}

// The message names the image and the form, and nothing of it is taken for a secret but what is one.
func TestWrongImageName(t *testing.T) {
	t.Parallel()
	const form = " is no name of an image, which is NAME[:TAG][@DIGEST], the name in lower case"
	for image, shown := range map[string]string{
		"registry.example/Shop:1": `"registry.example/Shop:1"`, "127.0.0.1:5000/team/Shop:1": `"127.0.0.1:5000/team/Shop:1"`, "app@sha256:abc": `"app@sha256:abc"`,
		"ci:hush-x9-Lq7@registry.example": `"***@registry.example"`,
	} {
		_, err := compose.Read("c.yaml", []byte("services:\n  web:\n    image: "+image+"\n"), workload.Options{})
		if err == nil {
			t.Errorf("Read() takes the image %s", image)
		} else if got := redact.Error(err); !strings.HasSuffix(got, shown+form) {
			t.Errorf("Read() of the image %s = %s, want %s", image, got, shown+form)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	service := func(fields string) string { return "services:\n  web:\n    image: a\n    " + fields + "\n" }
	tests := []struct {
		name, text string
		swarm      bool
		want       string
	}{
		{name: "an empty file", text: "# nothing\n", want: "c.yaml:2: the file is empty"},
		{name: "a list", text: "- a\n", want: "c.yaml:1:1: it must be a mapping, and is a list"},
		{name: "two documents", text: service("user: b") + "---\nservices: {}\n", want: "c.yaml:6:1: a second document begins here"},
		{name: "a string for a list", text: service("cap_drop: ALL"), want: "c.yaml:4:5: services.web.cap_drop: must be a array"},
		{name: "a string for a list of Swarm", text: service("cap_drop: ALL"), swarm: true, want: "c.yaml:4:5: services.web.cap_drop: must be a list"},
		{name: "a word for a boolean", text: service("privileged: perhaps"), want: "c.yaml:4:5: services.web.privileged: failed to cast to expected type: invalid boolean: perhaps"},
		{name: "a secret for a boolean", text: service("privileged: Hq7vLp93xZa2Kd"), want: "c.yaml:4:5: services.web.privileged: failed to cast to expected type: invalid boolean: ***"},
		{name: "a secret for a port", text: service("ports: [\"80:Hq7vLp93xZa2Kd\"]"), want: "c.yaml:4:13: services.web.ports[0]: invalid containerPort: ***"},
		{name: "a secret for an anchor", text: service("user: *Hq7vLp93xZa2Kd"), want: "c.yaml:4: the file is no valid YAML: unknown anchor referenced, as a value that begins with * is"},
		{name: "a wrong type in an item", text: service("ports:\n      - target: 80\n        mode: [a]"), want: "c.yaml:6:9: services.web.ports[0].mode: must be a string"},
		{name: "an item behind one that is not known", text: service("ports:\n      - ${A}:1\n      - target: 80\n        published: \"1\""), swarm: true, want: "c.yaml:7:9: services.web.ports[1].published: must be an integer"},
		{name: "a key that nobody knows", text: service("privilegd: true"), want: "c.yaml:4:5: services.web.privilegd: Compose knows no such field"},
		{name: "a service with dots in its name", text: "services:\n  a:\n    image: x\n  a.b:\n    image: [x]\n", want: "c.yaml:5:5: services.a.b.image: must be a string"},
		{name: "a wrong port", text: service("ports: [\"70000:80\"]"), want: "c.yaml:4:13: services.web.ports[0]: "},
		{name: "a wrong volume", text: service("volumes: [\"aa:bb:cc:dd\"]"), want: "c.yaml:4:15: services.web.volumes[0]: "},
		{name: "more ports than there are", text: service("ports: [1-65535, 1-65535/udp, 80]"), want: "c.yaml:4:35: services.web.ports[2]: the file names more than 131070 ports"},
		{name: "a version that Swarm does not read", text: "version: \"2.4\"\n" + service("user: b"), swarm: true, want: "c.yaml:1:1: unsupported Compose file version: 2.4"},
		{name: "a wrong variable", text: service("user: ${A"), want: `c.yaml:4:5: services.web.user: "${A" has a variable that is not written as one`},
		{name: "a target that is no text", text: service("configs: [{source: b, target: null}]"), want: "c.yaml:4:27: services.web.configs[0].target: must be a string"},
		{name: "a target of a secret that is no text", text: service("secrets: [{source: b, target: 5}]"), want: "c.yaml:4:27: services.web.secrets[0].target: must be a string"},
		{name: "a file of variables that is no text", text: service("env_file: [{path: [b]}]"), want: "c.yaml:4:17: services.web.env_file[0].path: must be a string"},
		{name: "a network without a name", text: "services: {web: {image: a, networks: ['']}}\n", swarm: true, want: `c.yaml:1:39: services.web.networks[0]: the file defines no network ""`},
		{name: "no mapping of services", text: "services: [a]\n", want: "c.yaml:1:1: services: must be a mapping"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			opt := workload.Options{}
			if tt.swarm {
				opt.Platform = workload.Swarm
			}
			_, err := compose.Read("c.yaml", []byte(tt.text), opt)
			if !fault.IsRequest(err) || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("Read() = %v, want %q", err, tt.want)
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "*", "*.[yj][as][mo]*"))
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, true)
		f.Add(data, false)
	}
	f.Fuzz(func(t *testing.T, data []byte, swarm bool) {
		opt := workload.Options{}
		if swarm {
			opt.Platform = workload.Swarm
		}
		compose.Recognize(data)
		file, err := compose.Read("c.yaml", data, opt)
		if err != nil && (!fault.IsRequest(err) || !strings.HasPrefix(err.Error(), "c.yaml:")) {
			t.Errorf("Read() = %v, want a wrong request that begins with the place", err)
		}
		if (file == nil) == (err == nil) {
			t.Errorf("Read() = %v, %v, want one of them", file, err)
		}
	})
}

// Of several fields for a limit the one that is a limit counts, and of a variable the place is known.
func TestLimits(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, fields, want string
		line               int
	}{
		{name: "a limit beside one that is lifted", fields: "    cpus: 1.5\n    cpu_quota: -1\n", want: "1.5", line: 4},
		{name: "only lifted", fields: "    image: b\n    cpu_quota: -1\n", want: "unlimited", line: 5},
		{name: "a variable", fields: "    image: b\n    cpus: ${CPUS}\n", line: 5},
		{name: "none, to be added below the service", fields: "    image: b\n", line: 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			text := "services:\n  # one service\n  a:\n" + tt.fields
			if !strings.Contains(text, "image:") {
				text += "    image: b\n"
			}
			file, err := compose.Read("compose.yaml", []byte(text), workload.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if got := file.Workloads[0].Containers[0].CPU; got.Value != tt.want || got.Place.Line != tt.line {
				t.Errorf("the limit is %q at line %d, want %q at line %d", got.Value, got.Place.Line, tt.want, tt.line)
			}
		})
	}
}

// What files hold that no image tells.
func TestHoldsAndResembles(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text       string
		holds, resembles bool
	}{
		{name: "an override", text: "services: {web: {privileged: true}}\n", holds: true, resembles: true},
		{name: "an include", text: "include: [\"oci://registry.example/x:1\"]\n", holds: true, resembles: true},
		{name: "an include by path", text: "include: [{path: a.yaml}]\n", holds: true, resembles: true},
		{name: "an include of GitLab CI", text: "include: [{local: a.yaml}]\n", holds: true},
		{name: "an include beside jobs of GitLab CI", text: "include: [a.yaml]\ntest: {script: b}\n", holds: true},
		{name: "services of Symfony", text: "services: {_defaults: {autowire: true}}\n", holds: true},
		{name: "jobs of GitHub Actions", text: "jobs: {a: {environment: b}}\n"},
		{name: "Kubernetes", text: "apiVersion: v1\nkind: X\nservices: {a: {ports: [b]}}\n"},
		{name: "an error", text: "services: {a: {ports: [b]}\n", holds: true},
		{name: "something else", text: "replicas: 1\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := compose.Holds([]byte(tt.text)); got != tt.holds {
				t.Errorf("Holds() = %t, want %t", got, tt.holds)
			}
			if got := compose.Resembles([]byte(tt.text)); got != tt.resembles {
				t.Errorf("Resembles() = %t, want %t", got, tt.resembles)
			}
		})
	}
}

func TestCalled(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"compose.yaml": true, "docker-compose.yml": true, "compose.override.yaml": true, "docker-compose-prod.yml": true, "Compose.YAML": true,
		"composer.yaml": false, "compose.json": false, "my-compose.yaml": false, "compose": false,
	} {
		if got := compose.Called(name); got != want {
			t.Errorf("Called(%q) = %t, want %t", name, got, want)
		}
	}
}

// Of each list of names the first counts that there is.
func TestPair(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ names, base, override string }{
		{names: "docker-compose.yml compose.yml compose.override.yaml", base: "compose.yml", override: "compose.override.yaml"},
		{names: "docker-compose.yaml", base: "docker-compose.yaml"},
		{names: "docker-compose.override.yml", override: "docker-compose.override.yml"},
		{names: "compose.json"},
	} {
		base, override := compose.Pair(func(name string) bool { return slices.Contains(strings.Fields(tt.names), name) })
		if base != tt.base || override != tt.override {
			t.Errorf("Pair(%s) = %q, %q, want %q, %q", tt.names, base, override, tt.base, tt.override)
		}
	}
}

const under = `services:
  web:
    image: web:1
    build: .
    command: [a, b]
    cap_drop: [ALL]
    environment:
      A: "1"
      B: "2"
    env_file: a.env
    volumes:
      - data:/data
      - logs:/logs
    <<: &more
      deploy:
        resources:
          limits:
            memory: 1G
  api:
    image: api:1
    privileged: true
`

const over = `services:
  web:
    build:
      target: prod
    command: [c]
    cap_drop: [NET_RAW]
    environment: [B=3, C=4, D]
    env_file: [b.env]
    volumes: ["/var/run/docker.sock:/data", /srv:/srv]
    privileged: true
    image:
    deploy: {resources: {limits: {cpus: "1"}}}
  api:
    privileged: !reset null
  new:
    image: new:1
`

// Values of both files keep their lines, and what both lack is added to the lower one.
func TestOverride(t *testing.T) {
	t.Parallel()
	file, err := compose.Read("c.yaml", []byte(under), workload.Options{Override: workload.Source{Name: "o.yaml", Data: []byte(over)}})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, filepath.Join("testdata", "override.txt"), workloadtest.Summary(file))
	web := file.Workloads[0].Containers[0]
	for _, tt := range []struct {
		name string
		at   workload.Place
		want string
	}{
		{"privileged", web.Privileged.Place, "o.yaml:10"},
		{"image", web.Image.Place, "c.yaml:3"},
		{"command", web.Command.Place, "o.yaml:5"},
		{"memory", web.Memory.Place, "c.yaml:18"},
		{"cpus", web.CPU.Place, "o.yaml:12"},
		{"cap_drop", web.DropCaps.Place, "c.yaml:6"},
		{"the first volume", web.Mounts[0].Place, "o.yaml:9"},
		{"the second volume", web.Mounts[1].Place, "c.yaml:13"},
		{"read_only, which is missing", web.ReadOnlyRoot.Place, "c.yaml:2"},
		{"a whole service", file.Workloads[2].Place, "o.yaml:15"},
	} {
		if got := fmt.Sprintf("%s:%d", tt.at.File, tt.at.Line); got != tt.want {
			t.Errorf("the place of %s is %s, want %s", tt.name, got, tt.want)
		}
	}
	if add := string(web.ReadOnlyRoot.Place.Apply([]byte(under), web.ReadOnlyRoot.Place.Add(true))); !strings.HasPrefix(add, "services:\n  web:\n    read_only: true\n") {
		t.Errorf("what is added stands in\n%s", add)
	}
}

// The fields of jobs are merged as those of services are.
func TestOverrideOfJob(t *testing.T) {
	t.Parallel()
	file, err := compose.Read("c.yaml", []byte("jobs: {a: {image: a, triggers: {schedule: ['0 3 * * *']}, environment: {A: '1'}}}\n"), workload.Options{Override: workload.Source{Name: "o.yaml", Data: []byte("jobs: {a: {environment: [B=2]}}\n")}})
	if err != nil || len(file.Workloads) != 1 || len(file.Workloads[0].Containers[0].Env) != 2 {
		t.Errorf("Read() = %+v, %v, want a job with two variables", file, err)
	}
}

func TestOverrideRefuses(t *testing.T) {
	t.Parallel()
	bomb := "x0: &x0 [a, a, a, a, a, a, a, a, a, a]\n"
	for i := range 7 {
		bomb += fmt.Sprintf("x%d: &x%d [%s]\n", i+1, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*x%d, ", i), 10), ", "))
	}
	for _, tt := range []struct{ name, text, want string }{
		{"an empty file", "", "o.yaml:1: the file is empty"},
		{"a wrong value", "services: {web: {privileged: perhaps}}\n", "o.yaml:1:18: services.web.privileged: "},
		{"no YAML", "services: {\n", "o.yaml:"},
		{"aliases without end", bomb, "o.yaml:"},
	} {
		_, err := compose.Read("c.yaml", []byte(under), workload.Options{Override: workload.Source{Name: "o.yaml", Data: []byte(tt.text)}})
		if !fault.IsRequest(err) || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%s: Read() = %v, want %q", tt.name, err, tt.want)
		}
	}
}

// A service has what it extends in the same file, and what only another file has is noted.
func TestExtends(t *testing.T) {
	t.Parallel()
	const base = "services:\n  base:\n    image: a\n    user: '1'\n    cap_drop: [ALL]\n    environment: {A: '1', B: '2'}\n"
	tests := []struct {
		name, text, override string
		// user, adds and env are those of the service web; where its user is said.
		user    string
		adds    []string
		env     []string
		line    int
		extends string
		refusal string
	}{
		{name: "a name", text: base + "  web:\n    extends: base\n    cap_add: [KILL]\n    environment: [B=3]\n", user: "1", line: 4, adds: []string{"KILL"}, env: []string{"A=1", "B=3"}},
		{name: "a mapping", text: base + "  web:\n    extends: {service: base}\n    user: '2'\n", user: "2", line: 9, env: []string{"A=1", "B=2"}},
		{name: "the file itself", text: base + "  web:\n    extends: {service: base, file: ./compose.yaml}\n", user: "1", line: 4, env: []string{"A=1", "B=2"}},
		{name: "one that extends", text: "services:\n  web: {extends: mid}\n  mid: {extends: base, cap_add: [KILL]}\n  base: {image: a, user: '1', cap_add: [CHOWN]}\n", user: "1", line: 4, adds: []string{"CHOWN", "KILL"}},
		{name: "a field that is taken out", text: base + "  web: {extends: base, user: !reset null}\n", env: []string{"A=1", "B=2"}},
		{name: "by a merge", text: "x-web: &web {extends: base}\n" + base + "  web: {<<: *web, user: '3'}\n", user: "3", line: 8, env: []string{"A=1", "B=2"}},
		{name: "before another file is merged", text: base + "  web: {extends: base}\n", override: "services:\n  base: {user: '9'}\n  web: {cap_add: [KILL]}\n", user: "1", line: 4, adds: []string{"KILL"}, env: []string{"A=1", "B=2"}},
		{name: "another file", text: base + "  web: {image: b, extends: {service: base, file: other.yaml}}\n", extends: "other.yaml base"},
		{name: "one that extends another file", text: "services:\n  base: {image: a, extends: {service: x, file: other.yaml}}\n  web: {extends: base}\n", extends: "other.yaml x"},
		{name: "what the file does not have", text: base + "  web: {image: b, extends: gone}\n", extends: "gone"},
		{name: "itself", text: "services:\n  web: {image: a, extends: base}\n  base: {extends: web}\n", refusal: "compose.yaml:3:10: services.base.extends: the service extends itself by way of \"web\""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			opt := workload.Options{Platform: workload.Compose}
			if tt.override != "" {
				opt.Override = workload.Source{Name: "compose.override.yaml", Data: []byte(tt.override)}
			}
			f, err := compose.Read("compose.yaml", []byte(tt.text), opt)
			if tt.refusal != "" {
				if err == nil || err.Error() != tt.refusal {
					t.Errorf("Read() = %v, want %s", err, tt.refusal)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range f.Workloads {
				if w.Name != "web" {
					continue
				}
				c := w.Containers[0]
				var adds, env []string
				for _, a := range c.AddCaps {
					adds = append(adds, a.Value)
				}
				for _, e := range c.Env {
					env = append(env, e.Name+"="+e.Value.Value)
				}
				if extends := w.Object.(*compose.Service).Extends; c.User.Value != tt.user || tt.line > 0 && c.User.Place.Line != tt.line || extends.Value != tt.extends {
					t.Errorf("the user is %q in line %d, and it extends %q; want %q in %d and %q", c.User.Value, c.User.Place.Line, extends.Value, tt.user, tt.line, tt.extends)
				}
				if diff := cmp.Diff([][]string{tt.adds, tt.env}, [][]string{adds, env}); diff != "" {
					t.Errorf("capabilities and variables (-want +got):\n%s", diff)
				}
			}
		})
	}
}

// What a variable decides on is unknown, also where Compose does not do without it, and what is known beside it is judged.
func TestUnknownIsNotMissing(t *testing.T) {
	t.Parallel()
	service := func(fields string) string { return "services:\n  web:\n    image: a\n    " + fields + "\n" }
	tests := []struct{ name, text, want string }{
		{name: "the content of a configuration", text: service("configs: [app]") + "configs:\n  app:\n    content: |\n      debug=${DEBUG}\n"},
		{name: "the file of a secret", text: service("secrets: [npm]") + "secrets: {npm: {file: '${HOME}/.npmrc'}}\n"},
		{name: "the variable of a secret", text: service("secrets: [a.b]") + "secrets: {a.b: {environment: '${E:?must be set}'}}\n"},
		{name: "a model", text: service("models: [m]") + "models: {m: {model: '${M}'}}\n"},
		{name: "a device", text: service("devices: [{source: '${DEV}', target: /dev/x}]")},
		{name: "a hook", text: service("post_start: [{command: '${CMD}'}]")},
		{name: "a path that is watched", text: service("develop: {watch: [{path: '${SRC}', action: sync, target: /src}]}")},
		{name: "the file of an environment", text: service("env_file: [{path: '${ENV}.env'}]")},
		{name: "what is extended", text: service("extends: {service: '${BASE}', file: other.yaml}")},
		{name: "a provider", text: "services: {db: {provider: {type: '${P}'}}}\n"},
		{name: "two sources of a secret", text: service("secrets: [npm]") + "secrets: {npm: {file: '${HOME}/.npmrc', environment: NPM}}\n", want: "compose.yaml:5:11: secrets.npm: file|environment attributes are mutually exclusive"},
		{name: "none", text: service("secrets: [npm]") + "secrets: {npm: {name: '${N}'}}\n", want: "compose.yaml:5:11: secrets.npm: one of file|environment must be set"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := ""
			if _, err := compose.Read("compose.yaml", []byte(tt.text), workload.Options{}); err != nil {
				got = err.Error()
			}
			if got != tt.want {
				t.Errorf("Read() = %q, want %q", got, tt.want)
			}
		})
	}
}
