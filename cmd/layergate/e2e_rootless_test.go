//go:build e2e

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// rootless is a user with a Docker daemon of his own, and what he runs layergate with.
type rootless struct {
	*user.User
	uid, gid int
	dir      string // a directory of his own, with the program
	program  string
}

// findRootless prepares the user that LAYERGATE_TEST_ROOTLESS names, for whom .ci/e2e has started a rootless Docker.
func findRootless(t *testing.T) rootless {
	t.Helper()
	name := os.Getenv("LAYERGATE_TEST_ROOTLESS")
	if name == "" {
		t.Skip("LAYERGATE_TEST_ROOTLESS names no user with a rootless Docker")
	}
	u, err := user.Lookup(name)
	if err != nil {
		t.Fatal(err)
	}
	r := rootless{User: u}
	if r.uid, err = strconv.Atoi(u.Uid); err != nil {
		t.Fatal(err)
	}
	if r.gid, err = strconv.Atoi(u.Gid); err != nil {
		t.Fatal(err)
	}
	if r.dir, err = os.MkdirTemp("/tmp", "layergate-rootless-"); err != nil { // the test's own directories are closed to others
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(r.dir) })
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	r.program = filepath.Join(r.dir, "layergate")
	if err := os.WriteFile(r.program, program, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(r.dir, "advisories"), os.DirFS(filepath.Join(repository, "testdata", "advisories"))); err != nil {
		t.Fatal(err)
	}
	for name, body := range map[string]string{"Dockerfile": "FROM scratch\nCOPY package.json /app/node_modules/lodash/\nUSER 65532\n", "package.json": `{"name": "lodash", "version": "4.17.4"}`} {
		if err := os.MkdirAll(filepath.Join(r.dir, "context"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(r.dir, "context", name), []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	each(t, r.dir, func(path string) error { return os.Chown(path, r.uid, r.gid) })
	return r
}

// each does something with all that is in a directory, and with the directory.
func each(t *testing.T, dir string, do func(path string) error) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return do(path)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// socket is the address of his daemon.
func (r rootless) socket() string { return fmt.Sprintf("unix:///run/user/%d/docker.sock", r.uid) }

// run runs a program as him, or as another user, and returns its exit code and what it said.
func (r rootless) run(t *testing.T, uid int, env []string, args ...string) (code int, output string) {
	t.Helper()
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = r.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(r.gid)}}
	cmd.Env = append([]string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=" + r.dir}, env...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String()
}

// Rootless Docker is found as docker itself finds it, reads and builds images, and is somebody else's to everybody else.
func TestRootlessDocker(t *testing.T) {
	needDocker(t)
	r := findRootless(t)
	runtimeDir := fmt.Sprintf("XDG_RUNTIME_DIR=/run/user/%d", r.uid)
	docker := func(args ...string) {
		t.Helper()
		if code, out := r.run(t, r.uid, []string{"DOCKER_HOST=" + r.socket(), "DOCKER_BUILDKIT=0"}, append([]string{"docker"}, args...)...); code != 0 {
			t.Fatalf("docker %q: %s", args, out)
		}
	}
	docker("build", "-q", "-t", "layergate-e2e/rootless", "context")
	t.Cleanup(func() { docker("rmi", "-f", "layergate-e2e/rootless") })
	if code, out := r.run(t, r.uid, nil, r.program, "db", "build", "-o", "db", "advisories"); code != 0 {
		t.Fatal(out)
	}
	if code, out := r.run(t, r.uid, nil, "docker", "context", "create", "mine", "--docker", "host="+r.socket()); code != 0 {
		t.Fatal(out)
	}
	each(t, r.dir, func(path string) error { return os.Chmod(path, 0o755) }) // another user runs it, too
	_, err := os.Stat("/var/run/docker.sock")
	machineHasOne := err == nil
	const nobody = 65534
	tests := []struct {
		name   string
		uid    int
		env    []string
		args   []string
		code   int
		output string
		skip   bool
	}{
		{name: "DOCKER_HOST", env: []string{"DOCKER_HOST=" + r.socket()}, args: []string{"--image", "docker:layergate-e2e/rootless"}, code: 1, output: "lodash 4.17.4"},
		{name: "DOCKER_CONTEXT", env: []string{"DOCKER_CONTEXT=mine"}, args: []string{"--image", "docker:layergate-e2e/rootless"}, code: 1, output: "lodash 4.17.4"},
		{name: "by name alone", env: []string{"DOCKER_CONTEXT=mine"}, args: []string{"layergate-e2e/rootless"}, code: 1, output: "lodash 4.17.4"},
		{name: "a build", env: []string{"DOCKER_CONTEXT=mine"}, args: []string{"--context", "context"}, code: 1, output: "lodash 4.17.4"},
		{name: "the user's own socket", env: []string{runtimeDir}, args: []string{"--image", "docker:layergate-e2e/rootless"}, code: 1, output: "lodash 4.17.4", skip: machineHasOne},
		{name: "another context", env: []string{"DOCKER_CONTEXT=other"}, args: []string{"--image", "docker:layergate-e2e/rootless"}, code: 2, output: `DOCKER_CONTEXT names the Docker context "other", which does not exist`},
		{name: "another user", uid: nobody, args: []string{"--image", "docker:layergate-e2e/rootless", "--docker-host", r.socket(), "--output-dir", "off", "--cache-dir", "off"}, code: 3,
			output: fmt.Sprintf("it is the rootless Docker of the user %d: run as that user", r.uid)},
		{name: "the machine's daemon", env: []string{"DOCKER_HOST=" + os.Getenv("DOCKER_HOST")}, args: []string{"--image", "docker:layergate-e2e/rootless"}, code: 3, output: "this user may not use the Docker daemon at " + os.Getenv("DOCKER_HOST")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.skip {
				t.Skip("this machine has a daemon of its own, which counts before")
			}
			uid := r.uid
			if tt.uid != 0 {
				uid = tt.uid
			}
			code, out := r.run(t, uid, tt.env, append([]string{r.program, "scan", "--db", "db", "--db-max-age", "0"}, tt.args...)...)
			if code != tt.code || !strings.Contains(out, tt.output) {
				t.Errorf("layergate ends with %d and says\n%s\nwant %d and %q", code, out, tt.code, tt.output)
			}
		})
	}
}
