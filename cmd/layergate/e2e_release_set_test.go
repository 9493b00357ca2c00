//go:build e2e

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/registrytest"
)

// setOfTwo is a release set as a Compose file and as docker buildx bake prints it.
func setOfTwo() map[string]string {
	return map[string]string{
		"compose.yaml": `services:
  api:
    image: REGISTRY/compose/api:1
    build: {context: api, target: run, args: {PORT: "8080"}}
    platform: linux/amd64
  web:
    image: REGISTRY/compose/web:1
    build: {context: ., dockerfile: web/Dockerfile, tags: ["REGISTRY/compose/web:latest"], platforms: [linux/amd64, linux/arm64]}
  database:
    image: postgres:18
`,
		"bake.json": `{
  "group": {"default": {"targets": ["api", "web"]}},
  "target": {
    "api": {"context": "api", "dockerfile": "Dockerfile", "target": "run", "args": {"PORT": "8080"}, "tags": ["REGISTRY/bake/api:1"], "platforms": ["linux/amd64"]},
    "web": {"context": ".", "dockerfile": "web/Dockerfile", "tags": ["REGISTRY/bake/web:1", "REGISTRY/bake/web:latest"], "platforms": ["linux/amd64", "linux/arm64"],
      "output": [{"type": "registry"}]}
  }
}
`,
	}
}

// The images of a release set are built by a BuildKit daemon, and pushed when every one of them is clean.
func TestReleaseSetIsBuilt(t *testing.T) {
	daemon := os.Getenv("LAYERGATE_TEST_BUILDKITD")
	if daemon == "" {
		t.Skip("LAYERGATE_TEST_BUILDKITD names no BuildKit daemon to test with")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	project, program := t.TempDir(), filepath.Join(t.TempDir(), "layergate")
	if err := os.Symlink(self, program); err != nil {
		t.Fatal(err)
	}
	server, err := registrytest.Start(registrytest.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	write := func(name, body string) {
		t.Helper()
		path := filepath.Join(project, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	run := func(wantCode int, args ...string) string {
		t.Helper()
		cmd := exec.Command(program, args...)
		cmd.Dir = project
		cmd.Env = append(os.Environ(), "XDG_CACHE_HOME="+t.TempDir())
		out, _ := cmd.CombinedOutput()
		if code := cmd.ProcessState.ExitCode(); code != wantCode {
			t.Fatalf("layergate %s ends with %d, want %d:\n%s", strings.Join(args, " "), code, wantCode, out)
		}
		return string(out)
	}
	// No other test builds these layers: the daemon gives those that it has, however it was told to compress them.
	write("api/Dockerfile", "FROM scratch AS run\nARG PORT=1\nCOPY package.json /api/node_modules/lodash/\nEXPOSE $PORT\nUSER 65532:65532\nFROM run AS debug\nUSER root\n")
	write("web/Dockerfile", "FROM scratch\nARG TARGETARCH\nCOPY web/package.json /$TARGETARCH/node_modules/lodash/\nUSER 65532:65532\n")
	write("web/package.json", `{"name": "lodash", "version": "4.17.21"}`)
	advisories, err := filepath.Abs(filepath.Join(repository, "testdata", "advisories"))
	if err != nil {
		t.Fatal(err)
	}
	run(0, "db", "build", "-o", "db", advisories)
	for name, set := range setOfTwo() {
		write(name, strings.ReplaceAll(set, "REGISTRY", server.Host))
		gate := []string{"gate", "--release-set", name, "--builder", daemon, "--db", "db", "--db-max-age", "0"}

		write("api/package.json", `{"name": "lodash", "version": "4.17.4"}`)
		before := len(server.Requests())
		if out := run(1, gate...); !strings.Contains(out, "1 of the 2 images of the release set is blocked: api") {
			t.Errorf("%s: the blocked set says\n%s", name, out)
		}
		if sent := server.Requests()[before:]; len(sent) > 0 {
			t.Errorf("%s: while an image is blocked, the registry is asked %q", name, sent)
		}

		write("api/package.json", `{"name": "lodash", "version": "4.17.21"}`)
		out := run(0, gate...)
		kind, _, _ := strings.Cut(name, ".")
		for _, ref := range []string{"api:1", "web:1", "web:latest"} {
			if want := "pushed " + server.Host + "/" + kind + "/" + ref + "@sha256:"; !strings.Contains(out, want) {
				t.Errorf("%s: it does not say %q:\n%s", name, want, out)
			}
			validate := exec.Command("crane", "validate", "--remote", server.Host+"/"+kind+"/"+ref)
			if said, err := validate.CombinedOutput(); err != nil {
				t.Errorf("%q: %v\n%s", validate.Args, err, said)
			}
		}
		writes := server.Writes()
		tag := slices.IndexFunc(writes, func(w string) bool { return strings.HasSuffix(w, "/"+kind+"/api/manifests/1") })
		late := slices.IndexFunc(writes[max(tag, 0):], func(w string) bool { return strings.Contains(w, "/"+kind+"/web/manifests/sha256:") })
		if tag < 0 || late >= 0 {
			t.Errorf("%s: the first tag is not written after the manifests of all images: %q", name, writes)
		}
	}
}
