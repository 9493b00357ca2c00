//go:build e2e

package builder

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	engine "github.com/moby/moby/client"

	"github.com/layergate/layergate/pkg/docker"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/layerfs"
	"github.com/layergate/layergate/pkg/spool"
)

const busybox = "/bin/busybox"

// onEach runs a test with every builder that the environment names.
func onEach(t *testing.T, test func(t *testing.T, cfg Config)) {
	t.Helper()
	t.Run("Docker", func(t *testing.T) {
		host := os.Getenv("DOCKER_HOST")
		if host == "" {
			t.Skip("DOCKER_HOST names no Docker daemon to test with")
		}
		before := temporaryImages(t)
		test(t, Config{Docker: docker.Daemon{Host: host}})
		if after := temporaryImages(t); !slices.Equal(before, after) {
			t.Errorf("the temporary images were %q before the build and are %q after it", before, after)
		}
	})
	t.Run("BuildKit", func(t *testing.T) {
		address := os.Getenv("LAYERGATE_TEST_BUILDKITD")
		if address == "" {
			t.Skip("LAYERGATE_TEST_BUILDKITD names no BuildKit daemon to test with")
		}
		test(t, Config{Builder: address})
	})
}

// classic tells whether the builder of a request is a Docker daemon that keeps no manifests.
func classic(t *testing.T, cfg Config) bool {
	t.Helper()
	cfg.Getenv = env()
	b, err := connect(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer b.close()
	return b.classic
}

// prepare writes a build context with a busybox, and completes the request.
func prepare(t *testing.T, cfg Config, dockerfile string, files map[string]string) (Config, *bytes.Buffer) {
	t.Helper()
	program, err := os.ReadFile(busybox)
	if err != nil {
		t.Fatal("there is no /bin/busybox: apt-get install busybox-static")
	}
	all := map[string]string{"Dockerfile": dockerfile, "busybox": string(program)}
	for name, body := range files {
		all[name] = body
	}
	progress := &bytes.Buffer{}
	cfg.Context, cfg.TempDir = directory(t, all), t.TempDir()
	cfg.Network, cfg.Progress = "none", progress
	return cfg, progress
}

// built builds and returns the image, and the contents of the files in it.
func built(t *testing.T, cfg Config, progress *bytes.Buffer) (*image.Image, map[string]string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	result, err := Build(ctx, cfg)
	if err != nil {
		t.Fatalf("Build: %v\n%s", err, progress)
	}
	if filepath.Dir(result.Archive) != cfg.TempDir {
		t.Errorf("the archive is %s, want it in %s", result.Archive, cfg.TempDir)
	}
	sp := spool.New(spool.Config{Dir: t.TempDir()})
	t.Cleanup(func() { _ = sp.Close() })
	img, err := image.Open(ctx, result.Archive, image.Options{Spool: sp})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = img.Close() })
	tree, err := layerfs.New(ctx, img.Platforms[0].Layers, sp)
	if err != nil {
		t.Fatal(err)
	}
	contents := map[string]string{}
	top := tree.Top()
	top.All(func(f layerfs.File) bool {
		if f.Type != layerfs.Regular {
			return true
		}
		r, err := top.Open(f)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		contents[f.Path] = string(body)
		return true
	})
	return img, contents
}

func dockerEngine(t *testing.T) *engine.Client {
	t.Helper()
	c, err := docker.Daemon{Host: os.Getenv("DOCKER_HOST")}.Connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func temporaryImages(t *testing.T) []string {
	t.Helper()
	list, err := dockerEngine(t).ImageList(context.Background(), engine.ImageListOptions{All: true})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, i := range list.Items {
		names = append(names, i.RepoTags...)
	}
	return slices.DeleteFunc(names, func(n string) bool { return !strings.HasPrefix(n, "layergate-build-") })
}
