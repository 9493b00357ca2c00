//go:build e2e

package builder

import (
	"archive/tar"
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/moby/moby/api/types/container"
	engine "github.com/moby/moby/client"

	"github.com/layergate/layergate/pkg/docker"
)

// A BuildKit daemon in a container is reached through the Docker daemon, without a docker command. The daemon of this
// test runs beside the container, which holds only its socket and buildctl.
func TestBuildInContainer(t *testing.T) {
	address, buildctl := os.Getenv("LAYERGATE_TEST_BUILDKITD"), os.Getenv("LAYERGATE_TEST_BUILDCTL")
	if address == "" || buildctl == "" || os.Getenv("DOCKER_HOST") == "" {
		t.Skip("needs DOCKER_HOST, LAYERGATE_TEST_BUILDKITD and LAYERGATE_TEST_BUILDCTL, the path of a static buildctl")
	}
	const name = "layergate-e2e-buildkit"
	ctx, c := context.Background(), dockerEngine(t)
	imported, err := c.ImageImport(ctx, engine.ImageImportSource{Source: programs(t, buildctl), SourceName: "-"}, name, engine.ImageImportOptions{})
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, imported) // the image is there when the answer ends
	_ = imported.Close()
	socket := strings.TrimPrefix(address, "unix://")
	_, err = c.ContainerCreate(ctx, engine.ContainerCreateOptions{
		Name:       name,
		Config:     &container.Config{Image: name, Cmd: []string{"/bin/busybox", "sleep", "600"}, Env: []string{"PATH=/bin", "BUILDKIT_HOST=unix:///run/buildkit/" + filepath.Base(socket)}},
		HostConfig: &container.HostConfig{NetworkMode: "none", Binds: []string{filepath.Dir(socket) + ":/run/buildkit"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, _ = c.ContainerRemove(ctx, name, engine.ContainerRemoveOptions{Force: true})
		_, _ = c.ImageRemove(ctx, name, engine.ImageRemoveOptions{})
	})
	if _, err := c.ContainerStart(ctx, name, engine.ContainerStartOptions{}); err != nil {
		t.Fatal(err)
	}
	cfg, progress := prepare(t, Config{Builder: "docker-container://" + name, Docker: docker.Daemon{Host: os.Getenv("DOCKER_HOST")}}, stages, nil)
	_, files := built(t, cfg, progress)
	if files["/last"] != "last\n" {
		t.Errorf("/last = %q, want last", files["/last"])
	}
}

// programs is the file system of a container that runs buildctl.
func programs(t *testing.T, buildctl string) io.Reader {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, path := range []string{busybox, buildctl} {
		body, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.WriteHeader(&tar.Header{Name: "bin/" + filepath.Base(path), Mode: 0o755, Size: int64(len(body))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(body); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return &out
}
