//go:build e2e

package gate_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// What Podman and Buildah write, in each of their forms, is read whole and moves on to the registry, and so does what Podman's service
// gives in the place of a Docker daemon.
func TestPodmanAndBuildah(t *testing.T) {
	registry := startRegistry(t, "docker-registry").Host
	dir := t.TempDir()
	build := filepath.Join(dir, "context")
	if err := os.Mkdir(build, 0o755); err != nil {
		t.Fatal(err)
	}
	for file, body := range map[string]string{"motd": "hello\n", "Dockerfile": "FROM scratch\nCOPY motd /motd\nUSER 65532:65532\n"} {
		if err := os.WriteFile(filepath.Join(build, file), []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	storage := []string{"--root", filepath.Join(dir, "root"), "--runroot", filepath.Join(dir, "run"), "--storage-driver", "vfs"}
	const name = "localhost/team/app:1"
	runs(t, "buildah", append(storage, "bud", "-t", name, build)...)

	sources := map[string]string{} // by the last element of the repository
	for _, format := range []string{"docker-archive", "docker-dir", "oci-archive", "oci-dir"} {
		sources["podman-"+format] = filepath.Join(dir, "podman-"+format)
		runs(t, "podman", append(storage, "save", "--format", format, "-o", sources["podman-"+format], name)...)
	}
	for _, transport := range []string{"docker-archive", "oci-archive", "oci", "dir"} {
		sources["buildah-"+transport] = filepath.Join(dir, "buildah-"+transport)
		runs(t, "buildah", append(storage, "push", name, transport+":"+sources["buildah-"+transport])...)
	}
	for _, compression := range []string{"zstd", "zstd:chunked"} {
		name := "podman-" + strings.ReplaceAll(compression, ":", "-")
		sources[name] = filepath.Join(dir, name)
		runs(t, "podman", append(storage, "push", "--compression-format", compression, "localhost/team/app:1", "oci:"+sources[name])...)
	}
	sources["podman-service"] = "docker:" + name
	socket := servePodman(t, dir, storage)

	for repository, source := range sources {
		t.Run(repository, func(t *testing.T) {
			to := registry + "/team/" + repository
			s := anyCoverage(config(t, source, to+":1"))
			s.Docker.Host = socket
			digest := promote(context.Background(), t, s)
			runs(t, "skopeo", "copy", "--preserve-digests", "--src-tls-verify=false", "docker://"+to+"@"+digest, "dir:"+t.TempDir())
		})
	}
}

// servePodman starts Podman's service, which speaks as a Docker daemon, and returns its address.
func servePodman(t *testing.T, dir string, storage []string) string {
	t.Helper()
	socket := filepath.Join(dir, "podman.sock")
	log, err := os.Create(filepath.Join(dir, "podman.log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	cmd := exec.Command(installed(t, "podman"), append(storage, "system", "service", "--time=0", "unix://"+socket)...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	for range 100 {
		if _, err := os.Stat(socket); err == nil {
			return "unix://" + socket
		}
		time.Sleep(100 * time.Millisecond)
	}
	said, _ := os.ReadFile(log.Name())
	t.Fatalf("podman's service does not start:\n%s", said)
	return ""
}
