package docker_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"github.com/layergate/layergate/pkg/docker"
	"github.com/layergate/layergate/pkg/fault"
)

// writeContext stores a context as docker context create does.
func writeContext(t *testing.T, config, name, host string, tls bool) {
	t.Helper()
	id := digest.FromString(name).Encoded()
	meta, err := json.Marshal(map[string]any{"Name": name, "Metadata": map[string]any{}, "Endpoints": map[string]any{"docker": map[string]any{"Host": host, "SkipTLSVerify": false}}})
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{filepath.Join("contexts", "meta", id, "meta.json"): string(meta)}
	if tls {
		files[filepath.Join("contexts", "tls", id, "docker", "ca.pem")] = "-----"
	}
	for path, body := range files {
		path = filepath.Join(config, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// The daemon is the one that docker itself would ask, or the user's own where the machine has none.
func TestLocalDaemon(t *testing.T) {
	t.Parallel()
	config := filepath.Dir(write(t, "config.json", `{"currentContext":"rootless"}`, 0o600))
	writeContext(t, config, "rootless", "unix:///run/user/1000/docker.sock", false)
	writeContext(t, config, "build", "tcp://build.example:2376", true)
	plain := filepath.Dir(write(t, "config.json", `{}`, 0o600))
	runtimeDir, machine := filepath.Dir(write(t, "docker.sock", "", 0o600)), write(t, "machine.sock", "", 0o600)
	missing := filepath.Join(t.TempDir(), "none")
	certificates := filepath.Join(config, "contexts", "tls", digest.FromString("build").Encoded(), "docker")
	tests := []struct {
		name  string
		local docker.Local
		want  docker.Daemon
	}{
		{name: "nothing is set", want: docker.Daemon{}},
		{name: "the context of config.json", local: docker.Local{Config: config}, want: docker.Daemon{Host: "unix:///run/user/1000/docker.sock"}},
		{name: "another context", local: docker.Local{Config: config, Context: "build"}, want: docker.Daemon{Host: "tcp://build.example:2376", CertPath: certificates}},
		{name: "the default context", local: docker.Local{Config: config, Context: "default", Socket: machine, RuntimeDir: runtimeDir}, want: docker.Daemon{}},
		{name: "no context", local: docker.Local{Config: plain, Socket: machine, RuntimeDir: runtimeDir}, want: docker.Daemon{}},
		{name: "no configuration", local: docker.Local{Config: missing, Socket: machine}, want: docker.Daemon{}},
		{name: "only the user's own daemon", local: docker.Local{Config: plain, Socket: missing, RuntimeDir: runtimeDir}, want: docker.Daemon{Host: "unix://" + filepath.Join(runtimeDir, "docker.sock")}},
		{name: "the context before it", local: docker.Local{Config: config, Socket: missing, RuntimeDir: runtimeDir}, want: docker.Daemon{Host: "unix:///run/user/1000/docker.sock"}},
		{name: "no daemon at all", local: docker.Local{Config: plain, Socket: missing, RuntimeDir: plain}, want: docker.Daemon{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := tt.local.Daemon()
			if got.Host != tt.want.Host || got.CertPath != tt.want.CertPath {
				t.Errorf("Daemon() = %+v, want %+v", got, tt.want)
			}
			if got.CertPath != "" {
				return // the file holds no certificate
			}
			c, err := got.Connect()
			if err != nil {
				t.Fatal(err)
			}
			c.Close()
		})
	}
}

// A context that cannot be used is told when the daemon is wanted.
func TestLocalDaemonUnknown(t *testing.T) {
	t.Parallel()
	config := filepath.Dir(write(t, "config.json", `{"currentContext":"gone"}`, 0o600))
	writeContext(t, config, "cloud", "", false)
	id := digest.FromString("cloud").Encoded()
	if err := os.WriteFile(filepath.Join(config, "contexts", "meta", id, "meta.json"), []byte(`{"Name":"cloud","Endpoints":{}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	writeContext(t, config, "far", "ssh://user@build.example", false)
	broken := filepath.Dir(write(t, "config.json", `{"auths":`, 0o600))
	tests := []struct {
		name          string
		local         docker.Local
		sentence      string
		hint          string
		wrongRequests bool
	}{
		{name: "the context of config.json", local: docker.Local{Config: config}, sentence: `config.json names the Docker context "gone", which does not exist`, hint: "docker context ls", wrongRequests: true},
		{name: "the context of the environment", local: docker.Local{Config: config, Context: "../gone"}, sentence: `DOCKER_CONTEXT names the Docker context "../gone", which does not exist`, hint: "docker-host names a daemon", wrongRequests: true},
		{name: "a context and no configuration", local: docker.Local{Context: "far"}, sentence: `DOCKER_CONTEXT names the Docker context "far", which does not exist`, hint: "docker context ls", wrongRequests: true},
		{name: "a context without a daemon", local: docker.Local{Config: config, Context: "cloud"}, sentence: "it has no address of a Docker daemon", hint: "docker context inspect cloud"},
		{name: "a context by SSH", local: docker.Local{Config: config, Context: "far"}, sentence: `the Docker host "ssh://user@build.example" is not a usable address`, hint: "ssh -L", wrongRequests: true},
		{name: "a broken config.json", local: docker.Local{Config: broken}, sentence: "reading the Docker configuration", hint: "repair the file"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := tt.local.Daemon().Connect()
			if err == nil || !strings.Contains(err.Error(), tt.sentence) || fault.IsRequest(err) != tt.wrongRequests {
				t.Fatalf("Connect() = %v, want %q, a wrong request: %t", err, tt.sentence, tt.wrongRequests)
			}
			if hints := strings.Join(fault.Hints(err), "\n"); !strings.Contains(hints, tt.hint) {
				t.Errorf("the hint is %q, want %q", hints, tt.hint)
			}
		})
	}
}

// Where there is no configuration, what lies in the working directory is none.
func TestLocalDaemonOfWorkingDirectory(t *testing.T) {
	dir := t.TempDir()
	writeContext(t, dir, "far", "tcp://planted.example:2375", false)
	t.Chdir(dir)
	if _, err := (docker.Local{Context: "far"}).Daemon().Connect(); !fault.IsRequest(err) {
		t.Errorf("Connect() = %v, want that the context does not exist", err)
	}
}
