package engine_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/engine"
)

func TestSecurity(t *testing.T) {
	t.Parallel()
	const standard = "default"
	tests := []struct {
		option            string
		escalation        bool
		seccomp, apparmor string
		key, value        string
	}{
		{option: "no-new-privileges", escalation: false, seccomp: standard, apparmor: standard},
		{option: "no-new-privileges:true", escalation: false, seccomp: standard, apparmor: standard},
		{option: "no-new-privileges=false", escalation: true, seccomp: standard, apparmor: standard},
		{option: "seccomp=unconfined", escalation: true, seccomp: "unconfined", apparmor: standard},
		{option: "seccomp:./p.json", escalation: true, seccomp: "./p.json", apparmor: standard},
		{option: "seccomp=builtin", escalation: true, seccomp: standard, apparmor: standard},
		{option: "apparmor=unconfined", escalation: true, seccomp: standard, apparmor: "unconfined"},
		{option: "apparmor=docker-default", escalation: true, seccomp: standard, apparmor: standard},
		{option: "label:disable", escalation: true, seccomp: standard, apparmor: standard, key: "label", value: "disable"},
		{option: "label=type:container_t", escalation: true, seccomp: standard, apparmor: standard, key: "label", value: "type:container_t"},
	}
	for _, tt := range tests {
		t.Run(tt.option, func(t *testing.T) {
			t.Parallel()
			var c workload.Container
			engine.Defaults(&c, workload.Place{Line: 1})
			key, value := engine.Security(&c, tt.option, workload.Place{Line: 2})
			if c.Escalation.Value != tt.escalation || c.Seccomp.Value != tt.seccomp || c.AppArmor.Value != tt.apparmor || key != tt.key || value != tt.value {
				t.Errorf("Security(%s) = %q, %q and %+v, %+v, %+v", tt.option, key, value, c.Escalation, c.Seccomp, c.AppArmor)
			}
		})
	}
}

func TestWeakens(t *testing.T) {
	t.Parallel()
	tests := []struct {
		key, value string
		want       bool
	}{
		{key: "label", value: "disable", want: true},
		{key: "label", value: "type:container_t"},
		{key: "label", value: "type:spc_t", want: true},
		{key: "systempaths", value: "unconfined", want: true},
		{key: "writable-cgroups", value: "true", want: true},
		{key: "writable-cgroups", value: "false"},
		{key: "seccomp", value: "unconfined"},
	}
	for _, tt := range tests {
		if got := engine.Weakens(tt.key, tt.value); (got != "") != tt.want {
			t.Errorf("Weakens(%s, %s) = %q, want any = %t", tt.key, tt.value, got, tt.want)
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"net_raw": "NET_RAW", "CAP_SYS_ADMIN": "SYS_ADMIN", " all ": "ALL", "cap_all": "CAP_ALL"} {
		if got := engine.Capability(in); got != want {
			t.Errorf("Capability(%q) = %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{"0": "unlimited", "-1": "unlimited", "0.0": "unlimited", "0m": "unlimited", "0 GiB": "unlimited", "0.5": "0.5", "512M": "512M", "x": "x", "": ""} {
		if got := engine.Limit(in); got != want {
			t.Errorf("Limit(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestPorts(t *testing.T) {
	t.Parallel()
	at := workload.Place{Line: 3}
	tests := []struct {
		spec string
		want []workload.Port
		err  string
	}{
		{spec: "80", want: []workload.Port{{Place: at, Container: 80, Protocol: "tcp"}}},
		{spec: "127.0.0.1:8080:80/udp", want: []workload.Port{{Place: at, Container: 80, Host: 8080, HostIP: "127.0.0.1", Protocol: "udp"}}},
		{spec: "[::1]:22:22", want: []workload.Port{{Place: at, Container: 22, Host: 22, HostIP: "::1", Protocol: "tcp"}}},
		{spec: "8000-8001:80-81", want: []workload.Port{{Place: at, Container: 80, Host: 8000, Protocol: "tcp"}, {Place: at, Container: 81, Host: 8001, Protocol: "tcp"}}},
		{spec: "8000-8001:80", want: []workload.Port{{Place: at, Container: 80, Host: 8000, Protocol: "tcp"}}},
		{spec: "", err: "no port specified: <empty>"},
		{spec: "/tcp", err: "no port specified: /tcp<empty>"},
		{spec: "80:x", err: "invalid containerPort: x"},
		{spec: "a:80", err: "invalid hostPort: a"},
		{spec: "1-70000", err: "invalid containerPort: 1-70000"},
	}
	for _, tt := range tests {
		t.Run(tt.spec, func(t *testing.T) {
			t.Parallel()
			var c workload.Container
			err := engine.Ports(&c, tt.spec, at)
			if (err != nil || tt.err != "") && (err == nil || err.Error() != tt.err) {
				t.Errorf("Ports(%q) = %v, want %q", tt.spec, err, tt.err)
			}
			if diff := cmp.Diff(tt.want, c.Ports); diff != "" {
				t.Errorf("Ports(%q) (-want +got):\n%s", tt.spec, diff)
			}
		})
	}
	var c workload.Container
	for range 2 {
		if err := engine.Ports(&c, "1-65535", at); err != nil {
			t.Fatal(err)
		}
	}
	if err := engine.Ports(&c, "80", at); err == nil {
		t.Error("Ports() = nil for more ports than there are, want an error")
	}
}

func TestVolume(t *testing.T) {
	t.Parallel()
	at := workload.Place{Line: 3}
	tests := []struct {
		spec, name, propagation string
		want                    workload.Mount
		err                     bool
	}{
		{spec: "/data", want: workload.Mount{Place: at, Target: "/data"}},
		{spec: "data:/data:ro", name: "data", want: workload.Mount{Place: at, Target: "/data", ReadOnly: true}},
		{spec: "/:/host:rw,rshared", propagation: "rshared", want: workload.Mount{Place: at, HostPath: "/", Target: "/host"}},
		{spec: "./src:/src", want: workload.Mount{Place: at, HostPath: "./src", Target: "/src"}},
		{spec: "${DATA}:/data", name: "${DATA}", want: workload.Mount{Place: at, Target: "/data"}},
		{spec: `C:\data:/data`, want: workload.Mount{Place: at, HostPath: `C:\data`, Target: "/data"}},
		{spec: "aa:bb:cc:dd", err: true},
		{spec: "", err: true},
	}
	for _, tt := range tests {
		t.Run(tt.spec, func(t *testing.T) {
			t.Parallel()
			got, name, propagation, err := engine.Volume(tt.spec, at)
			if diff := cmp.Diff(tt.want, got); diff != "" || name != tt.name || propagation != tt.propagation || (err != nil) != tt.err {
				t.Errorf("Volume(%q) = %q, %q, %v (-want +got):\n%s", tt.spec, name, propagation, err, diff)
			}
		})
	}
}

func TestMountFlag(t *testing.T) {
	t.Parallel()
	at := workload.Place{Line: 3}
	tests := []struct {
		value, propagation string
		want               workload.Mount
		err                bool
	}{
		{value: "type=bind,src=/srv,dst=/data,readonly", want: workload.Mount{Place: at, HostPath: "/srv", Target: "/data", ReadOnly: true}},
		{value: "type=bind,source=/,target=/host,ro=false,bind-propagation=shared", propagation: "shared", want: workload.Mount{Place: at, HostPath: "/", Target: "/host"}},
		{value: "source=data,destination=/data", want: workload.Mount{Place: at, Target: "/data"}},
		{value: "type=volume,source=data,target=/data,volume-opt=type=none,volume-opt=o=bind,volume-opt=device=/etc", want: workload.Mount{Place: at, HostPath: "/etc", Target: "/data"}},
		{value: `target=/data,volume-opt=type=nfs,"volume-opt=o=addr=10.0.0.1,rw",volume-opt=device=:/srv`, want: workload.Mount{Place: at, Target: "/data"}},
		{value: "type=tmpfs,target=/data,volume-opt=device=/etc", want: workload.Mount{Place: at, Target: "/data"}},
		{value: "type=bind,source=/srv", err: true},
		{value: "target=/x,ro=perhaps", err: true},
		{value: `"`, err: true},
	}
	for _, tt := range tests {
		t.Run(tt.value, func(t *testing.T) {
			t.Parallel()
			got, propagation, err := engine.MountFlag(tt.value, at)
			if (err != nil) != tt.err {
				t.Fatalf("MountFlag(%q) = %v, want an error = %t", tt.value, err, tt.err)
			}
			if diff := cmp.Diff(tt.want, got); err == nil && (diff != "" || propagation != tt.propagation) {
				t.Errorf("MountFlag(%q) = %q (-want +got):\n%s", tt.value, propagation, diff)
			}
		})
	}
	if !engine.Shares("rshared") || !engine.Shares("shared") || engine.Shares("rslave") {
		t.Error("Shares() does not tell shared propagations from others")
	}
}

func TestBacked(t *testing.T) {
	t.Parallel()
	tests := []struct {
		options map[string]string
		want    string
	}{
		{options: map[string]string{"type": "none", "o": "rw,bind", "device": "/"}, want: "/"},
		{options: map[string]string{"type": "ext4", "device": "/dev/sda1"}, want: "/dev/sda1"},
		{options: map[string]string{"type": "overlay", "device": "overlay", "o": "lowerdir=/etc:/usr,upperdir=/tmp/u"}, want: "/etc"},
		{options: map[string]string{"type": "overlay", "o": "lowerdir=/srv:/etc,upperdir=/tmp/u"}, want: "/etc"},
		{options: map[string]string{"type": "overlay", "o": "lowerdir=/srv::/opt,upperdir=/root"}, want: "/root"},
		{options: map[string]string{"type": "overlay", "o": "lowerdir+=/srv,datadir+=/home"}, want: "/home"},
		{options: map[string]string{"type": "overlay", "o": "lowerdir+=/etc,datadir+=/srv"}, want: "/etc"},
		{options: map[string]string{"type": "overlay", "o": "lowerdir=/srv:/opt,upperdir=/mnt"}, want: "/srv"},
		{options: map[string]string{"type": "overlay", "o": "lowerdir=/srv,upperdir=/mnt,workdir=/etc/cron.d"}, want: "/etc/cron.d"},
		{options: map[string]string{"type": "overlay", "o": "lowerdir=/srv,upperdir=/mnt/u,workdir=/mnt/w"}, want: "/srv"},
		{options: map[string]string{"type": "proc", "device": "proc"}, want: "/proc"},
		{options: map[string]string{"type": "cgroup2"}, want: "/sys/fs/cgroup"},
		{options: map[string]string{"type": "tmpfs", "device": "tmpfs", "o": "size=100m,lowerdir=/etc"}},
		{options: map[string]string{"type": "cifs", "device": "//files.example/share", "o": "addr=files.example"}},
		{options: map[string]string{"type": "nfs", "o": "addr=10.0.0.1,rw", "device": ":/srv"}},
		{options: nil},
	}
	for _, tt := range tests {
		if got := engine.Backed(tt.options); got != tt.want {
			t.Errorf("Backed(%v) = %q, want %q", tt.options, got, tt.want)
		}
	}
}

func TestHostPath(t *testing.T) {
	t.Parallel()
	tests := []struct{ source, dir, want string }{
		{source: "/etc", dir: ".", want: "/etc"},
		{source: "./data", dir: "deploy/prod", want: "./data"},
		{source: "../../data", dir: "deploy/prod", want: "../../data"},
		{source: "../shared", dir: ".", want: "../shared"},
		{source: "..", dir: ".", want: ".."},
		{source: "../etc", dir: ".", want: "/etc"},
		{source: "../../usr/", dir: "deploy", want: "/usr"},
		{source: "../var/run/docker.sock", dir: ".", want: "/var/run/docker.sock"},
		{source: "../etc", dir: "deploy", want: "../etc"},
		{source: "./etc", dir: ".", want: "./etc"},
		{source: "etc", dir: ".", want: "etc"},
		{source: "../etcetera", dir: ".", want: "../etcetera"},
		{source: "../lib", dir: ".", want: "../lib"},
		{source: "../..", dir: ".", want: "/"},
		{source: "./../../../../etc", dir: "deploy", want: "/etc"},
		{source: "data/../../../../run/docker.sock", dir: ".", want: "/run/docker.sock"},
		{source: "$PWD/../../../../etc", dir: ".", want: "/etc"},
		{source: "../data", dir: "/srv/project", want: "../data"},
		{source: "../../../etc", dir: "/srv/project", want: "/etc"},
		{source: "../lib", dir: "../other", want: "../lib"},
		{source: "~/../../../x", dir: ".", want: "~/../../../x"},
		{source: "${HOME}/.npmrc", dir: ".", want: "${HOME}/.npmrc"},
		{source: "", dir: "deploy", want: ""},
	}
	for _, tt := range tests {
		if got := engine.HostPath(tt.source, tt.dir); got != tt.want {
			t.Errorf("HostPath(%q, %q) = %q, want %q", tt.source, tt.dir, got, tt.want)
		}
	}
}
