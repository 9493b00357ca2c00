//go:build e2e

package builder

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/layergate/layergate/pkg/docker"
	"github.com/layergate/layergate/pkg/registrytest"
)

// The base image is in a registry that wants credentials, which Docker's configuration has.
func TestBuildFromPrivateBase(t *testing.T) {
	onEach(t, func(t *testing.T, cfg Config) {
		registry, err := registrytest.Start(registrytest.Config{Username: "robot", Password: "s3cr3t"})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = registry.Close() })
		base, err := random.Image(1<<10, 2)
		if err != nil {
			t.Fatal(err)
		}
		config, err := base.ConfigFile()
		if err != nil {
			t.Fatal(err)
		}
		config.OS, config.Architecture = "linux", "amd64"
		if base, err = mutate.ConfigFile(base, config); err != nil {
			t.Fatal(err)
		}
		ref, err := name.ParseReference(registry.Host + "/team/base:1")
		if err != nil {
			t.Fatal(err)
		}
		if err := remote.Write(ref, base, remote.WithAuth(&authn.Basic{Username: "robot", Password: "s3cr3t"})); err != nil {
			t.Fatal(err)
		}

		cfg, progress := prepare(t, cfg, "# our base\nFROM "+ref.String()+"\nCOPY file /file\n", map[string]string{"file": "f"})
		cfg.Pull = true
		var failed *Error
		if _, err := Build(context.Background(), cfg); !errors.As(err, &failed) {
			t.Fatalf("Build without credentials = %v, want an *Error", err)
		} else if failed.Line != 2 && !(classic(t, cfg) && failed.Line == 0) { // an old engine names no source
			t.Errorf("the failing line is %d, want 2", failed.Line)
		}
		auth := base64.StdEncoding.EncodeToString([]byte("robot:s3cr3t"))
		cfg.Logins = docker.Place{Inline: fmt.Sprintf(`{"auths":{%q:{"auth":%q}}}`, registry.Host, auth)}
		img, files := built(t, cfg, progress)
		if files["/file"] != "f" {
			t.Errorf("/file = %q, want f", files["/file"])
		}
		var got []string
		for _, l := range img.Platforms[0].Layers {
			got = append(got, l.DiffID)
		}
		var want []string
		for _, id := range config.RootFS.DiffIDs {
			want = append(want, id.String())
		}
		if len(got) != 3 || !slices.Equal(got[:2], want) {
			t.Errorf("the layers are %q, want those of the base, %q, and one more", got, want)
		}
	})
}

func TestBuildSSH(t *testing.T) {
	onEach(t, func(t *testing.T, cfg Config) {
		cfg, progress := prepare(t, cfg, `FROM scratch
COPY busybox /bin/busybox
RUN --mount=type=ssh,id=own,required=true ["/bin/busybox", "sh", "-c", "test -S $SSH_AUTH_SOCK && echo yes > /agent"]
`, nil)
		socket := filepath.Join(t.TempDir(), "agent")
		listener, err := net.Listen("unix", socket)
		if err != nil {
			t.Fatal(err)
		}
		defer listener.Close()
		cfg.SSH = []string{"own=" + socket}
		cfg.NoCache = true
		if _, files := built(t, cfg, progress); files["/agent"] != "yes\n" {
			t.Errorf("/agent = %q, want yes", files["/agent"])
		}
	})
}

func TestBuildCache(t *testing.T) {
	onEach(t, func(t *testing.T, cfg Config) {
		if classic(t, cfg) {
			t.Skip("a Docker daemon without the containerd image store exports no cache to a directory")
		}
		cfg, progress := prepare(t, cfg, stages, nil)
		directory := filepath.Join(t.TempDir(), "cache")
		cfg.CacheTo = []string{"type=local,mode=max,dest=" + directory}
		built(t, cfg, progress)
		if _, err := os.Stat(filepath.Join(directory, "index.json")); err != nil {
			t.Fatal(err)
		}
		cfg.CacheTo, cfg.CacheFrom = nil, []string{"type=local,src=" + directory}
		built(t, cfg, progress)
	})
}
