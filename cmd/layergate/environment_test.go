package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/registrytest"
	"github.com/layergate/layergate/pkg/vulndb/osv"
)

// hostileVariables sets every variable that the program or a library in it reads, and some that only begin a program, to
// what would do harm if somebody read it.
func hostileVariables(t *testing.T) []string {
	t.Helper()
	return newHostile(t, "http://127.0.0.1:1", "registry.example").variables(t)
}

// ignoringVariables begins the one warning that names them.
const ignoringVariables = "ignoring environment variables"

// hostile is what hostile variables lead to.
type hostile struct {
	dir     string // a home of somebody else's, with a database by which everything is clean
	address string // where requests and secrets would go
	planted string // the credentials that somebody would log in with
}

func newHostile(t *testing.T, address, registry string) hostile {
	t.Helper()
	h := hostile{dir: t.TempDir(), address: address, planted: base64.StdEncoding.EncodeToString([]byte("mallory:planted"))}
	nothing := `{"schema_version":"1.6.0","id":"GHSA-zzzz-zzzz-zzzz","modified":"2026-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"npm","name":"nosuchpackage"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.0.0"}]}]}]}`
	config := fmt.Sprintf(`{"auths":{%q:{"auth":%q}}}`, registry, h.planted)
	for name, content := range map[string]string{
		"nothing.json": nothing, "config.json": config, ".docker/config.json": config, "containers/auth.json": config, ".config/containers/auth.json": config, "ca.pem": "no certificate",
	} {
		path := filepath.Join(h.dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(content), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := osv.Build(t.Context(), osv.Config{Dir: h.dir, Files: []string{filepath.Join(h.dir, "nothing.json")}, Complete: true, Now: time.Now}); err != nil {
		t.Fatal(err)
	}
	return h
}

// variables are all of them.
func (h hostile) variables(t *testing.T) []string {
	t.Helper()
	names, _ := readVariables(t)
	names = append(names,
		"ALL_PROXY", "all_proxy", "GRYPE_DB_UPDATE_URL", "GRYPE_DB_AUTO_UPDATE", "GRYPE_DB_CA_CERT", "GRYPE_DB_VALIDATE_AGE", "GRYPE_DB_MAX_ALLOWED_BUILT_AGE",
		"LAYERGATE_CA_FILE", "LAYERGATE_CACHE_DIR", "LAYERGATE_REGISTRY_USERNAME", "LAYERGATE_REGISTRY_PASSWORD", "BUILDKIT_HOST", "AZURE_CONFIG_DIR",
		"GIT_SSH_COMMAND", "GIT_CONFIG_COUNT", "ACTIONS_CACHE_URL", "SYFT_GOLANG_SEARCH_REMOTE_LICENSES",
	)
	var out []string
	for _, name := range names {
		out = append(out, name+"="+h.value(name))
	}
	return out
}

// value is the most harmful one for a variable.
func (h hostile) value(name string) string {
	switch {
	case name == "GRYPE_DB_AUTO_UPDATE" || name == "GRYPE_DB_VALIDATE_AGE":
		return "false"
	case name == "GRYPE_DB_MAX_ALLOWED_BUILT_AGE":
		return "876000h"
	case name == "DOCKER_AUTH_CONFIG":
		return fmt.Sprintf(`{"auths":{"registry.example":{"auth":%q}}}`, h.planted)
	case name == "REGISTRY_AUTH_FILE" || name == "AZURE_FEDERATED_TOKEN_FILE":
		return filepath.Join(h.dir, "config.json")
	case strings.HasSuffix(name, "CA_CERT") || strings.HasSuffix(name, "CERT_FILE") || strings.HasSuffix(name, "CA_FILE") || strings.HasSuffix(name, "CAINFO"):
		return filepath.Join(h.dir, "ca.pem")
	case strings.HasSuffix(name, "DIR") || strings.HasSuffix(name, "HOME") || strings.HasSuffix(name, "CONFIG") || name == "PATH" || strings.HasSuffix(name, "DIRECTORY"):
		return h.dir
	case name == "DOCKER_HOST" || name == "BUILDKIT_HOST" || name == "CONTAINER_HOST":
		return strings.Replace(h.address, "http://", "tcp://", 1)
	case name == "GODEBUG":
		return "x509sha1=1,tlsrsakex=1,netdns=go"
	case name == "GOMEMLIMIT": // with none of its form no program of Go begins
		return "1B"
	case strings.HasPrefix(name, "KUBE_"): // apimachinery reads them as it begins, and writes about other values to the standard error
		return "true"
	case name == "AGENT_PROXYBYPASSLIST":
		return `[".*"]`
	case strings.HasSuffix(name, "_LIMIT"):
		return "1"
	}
	return h.address
}

// TestHostileEnvironment plays an agent and a runner that hand over every variable there is, set by somebody who wants an
// image through or a password. None of them changes the verdict, who logs in where, or anything else that the run says,
// beside the one warning, and nobody is asked whom the variables name.
func TestHostileEnvironment(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	evil := listen(t, &asked)
	updates := updateServer(t)
	for _, system := range []struct {
		name string
		own  func(dir string) []string // what the system sets, whoever else does
		in   func(name string) string  // the variable of an input
	}{
		{
			name: "GitHub",
			own: func(dir string) []string {
				return []string{"GITHUB_ACTIONS=true", "GITHUB_OUTPUT=" + filepath.Join(dir, "output"), "GITHUB_STEP_SUMMARY=" + filepath.Join(dir, "summary"), "GITHUB_WORKSPACE=" + dir, "RUNNER_TEMP=" + dir}
			},
			in: func(name string) string { return "INPUT_" + strings.ToUpper(name) },
		},
		{
			name: "Azure",
			own: func(dir string) []string {
				return []string{"TF_BUILD=True", "SYSTEM_HOSTTYPE=build", "BUILD_BUILDID=7", "BUILD_CONTAINERID=8", "AGENT_HOMEDIRECTORY=" + dir, "BUILD_SOURCESDIRECTORY=" + dir, "SYSTEM_TOTALJOBSINPHASE=1", "SYSTEM_OIDCREQUESTURI=", "SYSTEM_ACCESSTOKEN="}
			},
			in: func(name string) string { return "INPUT_" + strings.ToUpper(strings.ReplaceAll(name, "-", "")) },
		},
	} {
		for _, image := range []struct {
			lodash string
			exit   int
		}{{"4.17.4", exitBlocked}, {"4.17.21", exitClean}} {
			t.Run(system.name+"/"+image.lodash, func(t *testing.T) {
				t.Parallel()
				run := func(variables func(registry string) []string) (exit int, said string) {
					registry, err := registrytest.Start(registrytest.Config{Username: "user", Password: "open-sesame"})
					if err != nil {
						t.Fatal(err)
					}
					t.Cleanup(func() { _ = registry.Close() })
					dir := t.TempDir()
					writeLodash(t, filepath.Join(dir, "app.tar"), image.lodash)
					env := variables(registry.Host)
					env = append(env, system.own(dir)...)
					for name, value := range map[string]string{
						"command": "gate", "image": "app.tar", "push": registry.Host + "/app:1", "db-url": updates,
						"registry-username": "user", "registry-password": "open-sesame", "fail-on": "any",
					} {
						env = append(env, system.in(name)+"="+value)
					}
					exit, log := runProgram(t, dir, env)
					log = regexp.MustCompile(`(?m)^(::debug::|##vso\[task\.debug\]).*\n`).ReplaceAllString(log, "") // times, and requests as they come
					output, err := os.ReadFile(filepath.Join(dir, "output"))
					if err != nil && system.name == "GitHub" {
						t.Fatal(err)
					}
					requests := registry.Requests() // several at once, and uploads by numbers
					slices.Sort(requests)
					said = log + string(output) + regexp.MustCompile(`uploads/[0-9]+`).ReplaceAllString(strings.Join(requests, "\n"), "uploads/N")
					return exit, strings.NewReplacer(dir, "DIR", registry.Host, "REGISTRY").Replace(said)
				}
				exit, said := run(func(string) []string { return nil })
				if exit != image.exit {
					t.Fatalf("without hostile variables the run ended with %d, want %d:\n%s", exit, image.exit, said)
				}
				hostileExit, hostileSaid := run(func(registry string) []string {
					return newHostile(t, evil, registry).variables(t)
				})
				warning := regexp.MustCompile(`(?m)^.*` + ignoringVariables + `.*\n`)
				if n := len(warning.FindAllString(hostileSaid, -1)); n != 1 {
					t.Errorf("%d warnings name the variables, want 1:\n%s", n, hostileSaid)
				}
				if diff := cmp.Diff(said, warning.ReplaceAllString(hostileSaid, "")); hostileExit != exit || diff != "" {
					t.Errorf("with hostile variables the run ended with %d, not %d, and said (-without +with):\n%s", hostileExit, exit, diff)
				}
			})
		}
	}
	t.Cleanup(func() {
		if n := asked.Load(); n > 0 {
			t.Errorf("the address that the variables name was asked %d times", n)
		}
	})
}

// The variables would do harm: on a terminal, where they count, they do.
func TestHostileEnvironmentIsHostile(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	h := newHostile(t, listen(t, &asked), "registry.example")
	dir := t.TempDir()
	writeLodash(t, filepath.Join(dir, "app.tar"), "4.17.4")
	scan := func(names ...string) (int, string) {
		var env []string
		for _, variable := range h.variables(t) {
			if name, _, _ := strings.Cut(variable, "="); slices.Contains(names, name) {
				env = append(env, variable)
			}
		}
		return runProgram(t, dir, env, "scan", "--image", "app.tar", "--cache-dir", "off")
	}
	if exit, log := scan("GRYPE_DB_CACHE_DIR", "GRYPE_DB_AUTO_UPDATE"); exit != exitClean {
		t.Errorf("by the planted database the run ended with %d, want %d:\n%s", exit, exitClean, log)
	}
	if exit, log := scan("GRYPE_DB_UPDATE_URL"); exit != exitUndecided || asked.Load() == 0 {
		t.Errorf("by the planted address the run ended with %d and asked it %d times, want %d and some:\n%s", exit, asked.Load(), exitUndecided, log)
	}
}

// listen takes connections, counts them and closes them.
func listen(t *testing.T, asked *atomic.Int32) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			asked.Add(1)
			_ = conn.Close()
		}
	}()
	return "http://" + l.Addr().String()
}

// runProgram runs the command as another process with this environment and no other.
func runProgram(t *testing.T, dir string, env []string, args ...string) (exit int, log string) {
	t.Helper()
	program, err := os.Executable() // which is the command where it goes by its name, see TestMain
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program)
	cmd.Args, cmd.Dir, cmd.Env = append([]string{"layergate"}, args...), dir, env
	out, err := cmd.CombinedOutput()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

// writeLodash writes an archive of an image with one package.
func writeLodash(t *testing.T, path, version string) {
	t.Helper()
	files, err := imagetest.OCI(imagetest.Entry{Name: "app:1", Images: []imagetest.Image{{Layers: []imagetest.Layer{{
		CreatedBy: "COPY app /srv/", Compression: imagetest.Gzip,
		Files: []imagetest.File{{Name: "srv/node_modules/lodash/package.json", Body: fmt.Sprintf(`{"name": "lodash", "version": %q}`, version)}},
	}}}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := files.WriteArchive(path, imagetest.None); err != nil {
		t.Fatal(err)
	}
}
