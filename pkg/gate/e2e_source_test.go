//go:build e2e

package gate_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/policy"
)

const sourceDockerfile = `FROM scratch
COPY busybox /bin/busybox
COPY os-release /etc/os-release
RUN ["/bin/busybox", "sh", "-c", "echo made > /made"]
USER 65532:65532
`

// buildWithDocker builds an image with the engine of DOCKER_HOST, and removes it in the end.
func buildWithDocker(t *testing.T, kit, name string) (host string) {
	t.Helper()
	host = os.Getenv("DOCKER_HOST")
	if host == "" {
		t.Skip("DOCKER_HOST names no Docker daemon to test with")
	}
	dir := t.TempDir()
	busybox, err := os.ReadFile("/bin/busybox")
	if err != nil {
		t.Fatal("there is no /bin/busybox: apt-get install busybox-static")
	}
	files := map[string]string{"busybox": string(busybox), "Dockerfile": sourceDockerfile, "os-release": "ID=debian\nVERSION_ID=\"12\"\n"}
	for file, body := range files {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(body), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("DOCKER_BUILDKIT", kit)
	docker(t, "build", "-q", "--network", "none", "-t", name, dir)
	t.Cleanup(func() { docker(t, "rmi", "-f", name) })
	return host
}

func docker(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command("/usr/bin/docker", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("docker %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// anyCoverage lets the image pass, although the test's advisories have none for its one program.
func anyCoverage(s setup) setup {
	s.Policy.Coverage = policy.ActionWarn
	return s
}

// What is taken out of a daemon is what docker save writes, under its name and under its ID.
func TestSameAsDockerSave(t *testing.T) {
	registry := startRegistry(t, "docker-registry").Host
	for _, kit := range []string{"0", "1"} {
		t.Run("DOCKER_BUILDKIT="+kit, func(t *testing.T) {
			name := "layergate-e2e-source-" + kit
			host := buildWithDocker(t, kit, name)
			archive := filepath.Join(t.TempDir(), "image.tar")
			docker(t, "save", "-o", archive, name)
			ctx := context.Background()
			target := fmt.Sprintf("%s/from-docker/%s", registry, kit)
			want := promote(ctx, t, anyCoverage(config(t, archive, target+":archive")))
			id := docker(t, "inspect", "-f", "{{.Id}}", name)
			for source, wantName := range map[string]string{"docker:" + name: name + ":latest", "docker:" + id: name + ":latest", "docker:" + id[7:19]: name + ":latest"} {
				cfg := anyCoverage(config(t, source, target+":daemon"))
				cfg.Docker.Host = host
				result, err := inspect(ctx, t, cfg)
				if err != nil {
					t.Fatal(err)
				}
				if got := result.Report.Image; got.Digest != want || got.Name != wantName {
					t.Errorf("%s is %s %s, want %s %s", source, got.Name, got.Digest, wantName, want)
				}
				if err := result.Promote(ctx); err != nil {
					t.Error(err)
				}
				if err := result.Close(); err != nil {
					t.Error(err)
				}
				if left, _ := os.ReadDir(cfg.TempDir); len(left) > 0 {
					t.Errorf("%s left %v behind", source, left)
				}
			}
			cfg := config(t, "docker:layergate-e2e-no-such-image")
			cfg.Docker.Host = host
			if _, err := inspect(ctx, t, cfg); !fault.IsRequest(err) {
				t.Errorf("an image that the daemon does not have: %v, want a wrong request", err)
			}
		})
	}
}

// What Docker pushed to the reference registry is scanned under the digest that Docker names, and moves on with it.
func TestDistributionSource(t *testing.T) {
	server := startRegistry(t, "docker-registry")
	registry := server.Host
	name := registry + "/staging/app:1"
	buildWithDocker(t, "1", name)
	docker(t, "push", name)
	_, want, _ := strings.Cut(docker(t, "inspect", "-f", "{{index .RepoDigests 0}}", name), "@")
	before := len(server.Log())
	for _, ref := range []string{name, registry + "/staging/app@" + want} {
		if got := promote(context.Background(), t, anyCoverage(config(t, "registry:"+ref, registry+"/production/app:1"))); got != want {
			t.Errorf("%s was promoted as %s, and Docker pushed %s", ref, got, want)
		}
	}
	for line := range strings.SplitSeq(server.Log()[before:], "\n") {
		if strings.Contains(line, "/v2/staging/") && (strings.Contains(line, "http.request.method=PUT") || strings.Contains(line, "http.request.method=POST")) {
			t.Errorf("the staging repository was written to: %s", line)
		}
	}
}
