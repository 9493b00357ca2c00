package compose_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/compose"
)

// readService reads the service web, with an image, of a file that has more behind its services.
func readService(t *testing.T, platform workload.Platform, fields, more string) *workload.Workload {
	t.Helper()
	file, err := compose.Read("deploy/compose.yaml", []byte("version: '3.8'\nservices:\n  web:\n    image: a\n    "+fields+"\n"+more), workload.Options{Platform: platform})
	if err != nil {
		t.Fatal(err)
	}
	return &file.Workloads[0]
}

// A mount is one of the host wherever the file says that.
func TestMounts(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, fields, more string
		platform           workload.Platform
		want               []string // of each the path of the host or the image, where it is mounted, and ro where it is read only
	}{
		{name: "a path", fields: "volumes: [/srv:/a:ro, ./b:/b, data:/c]", more: "volumes: {data: }\n", want: []string{"/srv /a ro", "./b /b", " /c"}},
		{name: "a path above the project", fields: "volumes: [../../../etc:/a, {type: bind, source: ../../../usr, target: /b}]", want: []string{"/etc /a", "/usr /b"}},
		{name: "a volume that is a path", fields: "volumes: [data:/c, {type: volume, source: data, target: /d, read_only: true}]", more: "volumes: {data: {driver_opts: {type: none, o: bind, device: /srv}}}\n", want: []string{"/srv /c", "/srv /d ro"}},
		{name: "a volume of a variable", fields: "volumes: [{type: volume, source: '$C', target: /c}]", want: []string{"$C /c"}},
		{name: "files of an image", fields: "volumes: [{type: image, source: b, target: /c}]", want: []string{"b /c"}},
		{name: "a tmpfs", fields: "tmpfs: ['/run:size=1m']", want: []string{" /run"}},
		{name: "secrets that are files of the host", fields: "secrets: [a, {source: b}, c, d, e, f]", more: "secrets: {a: {file: /etc/a}, b: {file: ~/b}, c: {file: '$C/c'}, d: {file: ./d}, e: {file: ../../../e}, f: {environment: F}}\n",
			want: []string{"/etc/a  ro", "~/b  ro", "$C/c  ro", "/e  ro"}},
		{name: "configurations that are files of the host", fields: "configs: [a, b]", more: "configs: {a: {file: /etc/a}, b: {content: x}}\n", want: []string{"/etc/a  ro"}},
		{name: "secrets of Swarm, which copies them", platform: workload.Swarm, fields: "secrets: [a]", more: "secrets: {a: {file: /etc/a}}\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, m := range readService(t, tt.platform, tt.fields, tt.more).Containers[0].Mounts {
				line := m.HostPath + m.Image.Value + " " + m.Target
				if m.ReadOnly {
					line += " ro"
				}
				got = append(got, line)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Mounts (-want +got):\n%s", diff)
			}
		})
	}
}

// Each spelling of a field counts for what it says.
func TestFields(t *testing.T) {
	t.Parallel()
	object := func(w *workload.Workload) *compose.Service { return w.Object.(*compose.Service) }
	devices := func(w *workload.Workload) any {
		var out []string
		for _, d := range w.Containers[0].Devices {
			out = append(out, d.Value)
		}
		return strings.Join(out, " ")
	}
	liveness := func(w *workload.Workload) any {
		return fmt.Sprint(w.Containers[0].Liveness.Value, " off ", object(w).NoHealthcheck.Value)
	}
	network := func(w *workload.Workload) any { return w.HostNetwork.Value }
	networkAt := func(w *workload.Workload) any { return w.HostNetwork.Place.Path }
	users := func(w *workload.Workload) any { return fmt.Sprint(w.HostUsers.Set, " ", w.HostUsers.Value) }
	shares := func(w *workload.Workload) any {
		var out []string
		for _, s := range object(w).Shares {
			out = append(out, s.Field)
		}
		return strings.Join(out, " ")
	}
	build := func(w *workload.Workload) any {
		b := object(w).Build
		var out []string
		for _, r := range b.Remotes {
			out = append(out, r.Value)
		}
		for _, a := range b.Args {
			out = append(out, a.Name)
		}
		return strings.Join(out, " ") + fmt.Sprint(" lifted ", b.Privileged.Set)
	}
	restart := func(w *workload.Workload) any { return object(w).Restart.Value }
	restartAt := func(w *workload.Workload) any { return object(w).Restart.Place.Path }
	rollbackAt := func(w *workload.Workload) any { return object(w).Rollback.Place.Path }
	hooks := func(w *workload.Workload) any { return len(object(w).Hooks) }
	ineffective := func(w *workload.Workload) any {
		var out []string
		for _, f := range w.Ineffective {
			out = append(out, f.Field)
		}
		return strings.Join(out, " ")
	}
	caps := func(w *workload.Workload) any { return len(w.Containers[0].AddCaps) }
	ports := func(w *workload.Workload) any {
		var out []string
		for _, p := range w.Containers[0].Ports {
			out = append(out, fmt.Sprintf("%s:%d:%d/%s", p.HostIP, p.Host, p.Container, p.Protocol))
		}
		return strings.Join(out, " ")
	}
	const host = "networks: {front: {external: true, name: host}, back: {external: {name: host}}, own: {}}\n"
	tests := []struct {
		fields, more string
		platform     workload.Platform
		get          func(*workload.Workload) any
		want         any
	}{
		{fields: "devices: [/dev/a, {source: /dev/b, target: /dev/c}]", get: devices, want: "/dev/a /dev/b"},
		{fields: "healthcheck: {test: [NONE]}", get: liveness, want: "false off true"},
		{fields: "healthcheck: {test: NONE}", get: liveness, want: "false off true"},
		{fields: "healthcheck: {disable: true}", get: liveness, want: "false off true"},
		{fields: "healthcheck: {test: [CMD, NONE]}", get: liveness, want: "true off false"},
		{fields: "networks: [front]", more: host, get: network, want: true},
		{fields: "networks: {front: {}}", more: host, get: network, want: true},
		{fields: "networks: [own]", more: host, get: network, want: false},
		{fields: "network_mode: host", get: network, want: true},
		{fields: "networks: [own]", more: host, get: networkAt, want: "services.web.network_mode"},
		{fields: "networks: [own]", more: "networks: {own: {}}\n", platform: workload.Swarm, get: networkAt, want: "services.web.networks"},
		{fields: "networks: [front]", more: "networks: {front: {external: true, name: host}}\n", platform: workload.Swarm, get: networkAt, want: "services.web.networks[0]"},
		{fields: "userns_mode: host", get: users, want: "true true"},
		{fields: "userns_mode: ''", get: users, want: "false false"},
		{fields: "userns_mode: private", get: users, want: "true false"},
		{fields: "network_mode: 'service:web2'\n    pid: 'container:b'\n    ipc: shareable\n    volumes_from: [c]", more: "  web2: {image: b}\n", get: shares, want: "network_mode pid ipc volumes_from"},
		{fields: "network_mode: 'ns:/proc/1/ns/net'\n    pid: host\n    ipc: private", get: shares, want: ""},
		{fields: "build: {context: ., args: {A: b}, additional_contexts: {a: ./b, c: 'docker-image://d:1', e: 'docker-image://f@sha256:" + strings.Repeat("a", 64) + "', g: 'https://h.example/i'}}",
			get: build, want: "docker-image://d:1 https://h.example/i A lifted false"},
		{fields: "build: 'https://h.example/i.git'", get: build, want: "https://h.example/i.git lifted false"},
		{fields: "build: {context: ., privileged: true}", get: build, want: " lifted true"},
		{fields: "build: {context: ., network: host}", get: build, want: " lifted true"},
		{fields: "build: {context: ., network: none, privileged: false}", get: build, want: " lifted false"},
		{fields: "restart: always\n    deploy: {restart_policy: {condition: none}}", get: restart, want: "none"},
		{fields: "restart: always\n    deploy: {restart_policy: {condition: ''}}", get: restart, want: "always"},
		{fields: "deploy: {restart_policy: {condition: on-failure}}", get: restart, want: "on-failure"},
		{fields: "user: '1'", get: restartAt, want: "services.web.restart"},
		{fields: "restart: always\n    deploy: {restart_policy: {max_attempts: 5}}", get: restartAt, want: "services.web.restart"},
		{fields: "deploy: {restart_policy: {max_attempts: 5}}", get: restartAt, want: "services.web.deploy.restart_policy"},
		{fields: "deploy: {update_config: {order: start-first}}", platform: workload.Swarm, get: rollbackAt, want: "services.web.deploy.update_config.failure_action"},
		{fields: "deploy: {update_config: {order: start-first}, rollback_config: {parallelism: 1}}", platform: workload.Swarm, get: rollbackAt, want: "services.web.deploy.rollback_config"},
		{fields: "develop: {watch: [{path: ., action: sync, target: /a}]}", get: hooks, want: 0},
		{fields: "develop: {watch: [{path: ., action: sync+exec, target: /a, exec: {command: b}}]}", get: hooks, want: 1},
		{fields: "ports: ['127.0.0.1:80:80']", platform: workload.Swarm, get: ineffective, want: "address of port 80/tcp"},
		{fields: "ports: ['0.0.0.0:80:80']", platform: workload.Swarm, get: ineffective, want: ""},
		{fields: "ipc: none", platform: workload.Swarm, get: ineffective, want: "ipc"},
		{fields: "ipc: private", platform: workload.Swarm, get: ineffective, want: "ipc"},
		{fields: "ipc: host", platform: workload.Swarm, get: ineffective, want: ""},
		{fields: "network_mode: none", platform: workload.Swarm, get: ineffective, want: "network_mode"},
		{fields: "network_mode: bridge", platform: workload.Swarm, get: ineffective, want: ""},
		{fields: "cap_add: [CHOWN, '${X}', '${Y:-KILL}']", get: caps, want: 2},
		{fields: "ports: ['80', '127.0.0.1:81:81/udp', {target: 82, published: 83, host_ip: 10.0.0.1, protocol: udp}, {target: 84}]\n    expose: [85]",
			get: ports, want: ":0:80/tcp 127.0.0.1:81:81/udp 10.0.0.1:83:82/udp :0:84/tcp :0:85/tcp"},
		{fields: "ports: [{target: 84, host_ip: 10.0.0.1}, '${P}:86', '${P}']", get: ports, want: "10.0.0.1:0:84/tcp :0:86/tcp"},
	}
	for _, tt := range tests {
		t.Run(tt.fields, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, tt.get(readService(t, tt.platform, tt.fields, tt.more))); diff != "" {
				t.Errorf("it is (-want +got):\n%s", diff)
			}
		})
	}
}
