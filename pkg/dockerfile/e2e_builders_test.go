//go:build e2e

package dockerfile_test

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/dockerfile"
)

// Every Dockerfile that the engine understands is built for real, by BuildKit and by the classic builder.
func TestSameLinesAsBuilt(t *testing.T) {
	if os.Getenv("DOCKER_HOST") == "" {
		t.Skip("DOCKER_HOST names no Docker engine")
	}
	dir := t.TempDir()
	busybox, err := os.ReadFile("/bin/busybox")
	if err != nil {
		t.Fatal("there is no /bin/busybox: apt-get install busybox-static")
	}
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	if err := w.WriteHeader(&tar.Header{Name: "inside.txt", Mode: 0o644}); err != nil {
		t.Fatal(err)
	}
	w.Close()
	for name, body := range map[string][]byte{"a.txt": []byte("a"), "b.txt": []byte("b"), "busybox": busybox, "files.tar": archive.Bytes()} {
		if err := os.WriteFile(filepath.Join(dir, name), body, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	dockerBuild(t, dir, "0", "base:1", testCase{source: "FROM scratch\nADD busybox /bin/sh\n"})
	for name, source := range map[string]string{
		"base:1":    "FROM base:1\nCOPY busybox /bin/busybox\nRUN [\"/bin/busybox\", \"--install\", \"-s\", \"/bin\"]\nCMD [\"sh\"]\n",
		"shell:1":   "FROM base:1\nSHELL [\"/bin/sh\", \"-e\", \"-c\"]\n",
		"onbuild:1": "FROM base:1\nONBUILD COPY a.txt /onbuild/\nONBUILD RUN echo triggered > /triggered\n",
	} {
		dockerBuild(t, dir, "1", name, testCase{source: source})
	}
	for _, kit := range []string{"0", "1"} {
		for _, c := range cases() {
			if c.frontend || kit == "0" && strings.Contains(c.source, "--mount") {
				continue
			}
			t.Run("DOCKER_BUILDKIT="+kit+"/"+c.name, func(t *testing.T) {
				dockerBuild(t, dir, kit, "case:1", c)
				history := historyOf(t, "case:1")
				got, err := parse(t, c.source).Attribute(history, c.build)
				if err != nil {
					t.Fatalf("%v\n%s", err, dump(history))
				}
				mine := slices.DeleteFunc(lines(got), func(l string) bool { return l == "base" })
				want := slices.DeleteFunc(slices.Clone(c.want), func(l string) bool { return l == "base" })
				// The classic builder makes a layer of a WORKDIR only where the directory is new, and of a trigger in
				// a stage where BuildKit does: what has a layer in both has the same line.
				if kit == "0" {
					mine = slices.DeleteFunc(mine, func(l string) bool { return !slices.Contains(want, l) && isWorkdir(c, l) })
					want = slices.DeleteFunc(want, func(l string) bool { return !slices.Contains(mine, l) && isWorkdir(c, l) })
				}
				if diff := cmp.Diff(want, mine); diff != "" {
					t.Errorf("layers (-want +got):\n%s\n%s", diff, dump(history))
				}
			})
		}
	}
}

func isWorkdir(c testCase, line string) bool {
	for i, text := range strings.Split(c.source, "\n") {
		if line == string(rune('1'+i)) {
			return strings.HasPrefix(text, "WORKDIR")
		}
	}
	return false
}

func dockerBuild(t *testing.T, dir, kit, name string, c testCase) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, "Dockerfile"), []byte(c.source), 0o644); err != nil {
		t.Fatal(err)
	}
	args := []string{"build", "-q", "--network", "none", "-t", name}
	if c.build.Target != "" {
		args = append(args, "--target", c.build.Target)
	}
	for k, v := range c.build.Args {
		args = append(args, "--build-arg", k+"="+v)
	}
	for k, v := range c.labels {
		args = append(args, "--label", k+"="+v)
	}
	cmd := exec.Command("/usr/bin/docker", append(args, dir)...)
	cmd.Env = append(os.Environ(), "DOCKER_BUILDKIT="+kit)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("docker build: %v\n%s", err, out)
	}
}

// historyOf reads the history from the configuration of a saved image: docker history does not give it in full.
func historyOf(t *testing.T, name string) []dockerfile.Entry {
	t.Helper()
	raw, err := exec.Command("/usr/bin/docker", "save", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	r := tar.NewReader(bytes.NewReader(raw))
	for h, err := r.Next(); err == nil; h, err = r.Next() {
		if strings.HasSuffix(h.Name, ".json") {
			var b bytes.Buffer
			if _, err := b.ReadFrom(r); err != nil {
				t.Fatal(err)
			}
			files[h.Name] = b.Bytes()
		}
	}
	var manifest []struct{ Config string }
	var config struct {
		History []struct {
			CreatedBy string `json:"created_by"`
			Empty     bool   `json:"empty_layer"`
		}
	}
	if err := json.Unmarshal(files["manifest.json"], &manifest); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(files[manifest[0].Config], &config); err != nil {
		t.Fatal(err)
	}
	var out []dockerfile.Entry
	for _, h := range config.History {
		out = append(out, dockerfile.Entry{CreatedBy: h.CreatedBy, Empty: h.Empty})
	}
	return out
}
