//go:build e2e

package main

import (
	"bytes"
	"compress/gzip"
	"debug/elf"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/builder"
	"github.com/layergate/layergate/pkg/docker"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/layerfs"
	"github.com/layergate/layergate/pkg/spool"
)

// maxImage is how many bytes a runner may have to download before the action starts.
const maxImage = 45 << 20

// TestImage builds the Dockerfile with BuildKit and looks into the image. TestActExamples builds it with Docker's
// classic builder, and runs it.
func TestImage(t *testing.T) {
	needDocker(t)
	if err := compiler(); err != nil {
		t.Fatal(err)
	}
	const version, revision = "1.2.3", "0123456789abcdef0123456789abcdef01234567"
	var progress bytes.Buffer
	result, err := builder.Build(t.Context(), builder.Config{
		Context: repository, Args: []string{"GO_IMAGE=" + goImage, "VERSION=" + version, "REVISION=" + revision}, Network: "none",
		Docker: docker.Daemon{Host: os.Getenv("DOCKER_HOST")}, TempDir: t.TempDir(), Progress: &progress,
	})
	if err != nil {
		t.Fatalf("%v\n%s", err, &progress)
	}
	sp := spool.New(spool.Config{Dir: t.TempDir()})
	t.Cleanup(func() { _ = sp.Close() })
	img, err := image.Open(t.Context(), result.Archive, image.Options{Spool: sp})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = img.Close() })

	config := img.Platforms[0].Config.Config
	if !slices.Equal(config.Entrypoint, []string{"/layergate"}) || len(config.Cmd) > 0 || config.User != "" {
		t.Errorf("the image runs %q %q as %q, want /layergate as root", config.Entrypoint, config.Cmd, config.User)
	}
	const label = "org.opencontainers.image."
	want := map[string]string{
		label + "title": "Layergate", label + "description": "A gate between a container build and the production registry",
		label + "source":        "https://github.com/layergate/layergate",
		label + "documentation": "https://github.com/layergate/layergate#readme",
		label + "licenses":      "Apache-2.0", label + "version": version, label + "revision": revision,
	}
	if diff := cmp.Diff(want, config.Labels); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}

	tree, err := layerfs.New(t.Context(), img.Platforms[0].Layers, sp)
	if err != nil {
		t.Fatal(err)
	}
	modes, contents := map[string]string{}, map[string][]byte{}
	top := tree.Top()
	top.All(func(f layerfs.File) bool {
		modes[f.Path] = f.Mode.String()
		if f.Type == layerfs.Directory {
			return true
		}
		r, err := top.Open(f)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if contents[f.Path], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
		return true
	})
	const certificates = "/etc/ssl/certs/ca-certificates.crt"
	if diff := cmp.Diff(map[string]string{
		"/layergate": "-rwxr-xr-x", certificates: "-rw-r--r--", "/tmp": "trwxrwxrwx",
		"/etc": "-rwxr-xr-x", "/etc/ssl": "-rwxr-xr-x", "/etc/ssl/certs": "-rwxr-xr-x",
	}, modes); diff != "" {
		t.Errorf("files of the image (-want +got):\n%s", diff)
	}
	if !bytes.Contains(contents[certificates], []byte("-----BEGIN CERTIFICATE-----")) {
		t.Error("the image has no certificates")
	}
	checkProgram(t, contents["/layergate"], version)

	size := compressedSize(t, result.Archive)
	t.Logf("the image has %.1f MiB, compressed", float64(size)/(1<<20))
	if size > maxImage {
		t.Errorf("the image has %d bytes, compressed, want at most %d", size, maxImage)
	}
}

// checkProgram checks that a program needs nothing of the image that it lies in.
func checkProgram(t *testing.T, program []byte, version string) {
	t.Helper()
	parsed, err := elf.NewFile(bytes.NewReader(program))
	if err != nil {
		t.Fatal(err)
	}
	if slices.ContainsFunc(parsed.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP || p.Type == elf.PT_DYNAMIC }) {
		t.Error("the program is not static")
	}
	if parsed.Section(".symtab") != nil || parsed.Section(".debug_info") != nil {
		t.Error("the program has its symbols, which make it larger")
	}
	if cwd, err := os.Getwd(); err != nil || bytes.Contains(program, []byte(filepath.Dir(cwd))) || bytes.Contains(program, []byte("/src/cmd/layergate")) {
		t.Errorf("the program names the directories that it was built in, or %v", err)
	}
	file := filepath.Join(t.TempDir(), "layergate")
	if err := os.WriteFile(file, program, 0o755); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(file, "version").CombinedOutput(); err != nil || strings.TrimSpace(string(out)) != "layergate "+version {
		t.Errorf("layergate version = %q, %v, want %s", out, err, version)
	}
}

func compressedSize(t *testing.T, archive string) int64 {
	t.Helper()
	f, err := os.Open(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var size counter
	w := gzip.NewWriter(&size)
	if _, err := io.Copy(w, f); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return int64(size)
}

// counter counts what is written to it.
type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
