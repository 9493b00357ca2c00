//go:build e2e

package dockerfile_test

import (
	"archive/tar"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/layergate/layergate/pkg/builder"
	"github.com/layergate/layergate/pkg/dockerfile"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/registrytest"
	"github.com/layergate/layergate/pkg/spool"
)

// Every Dockerfile is built by a BuildKit daemon of today, with the base images in a registry.
func TestSameLinesAsBuildKit(t *testing.T) {
	daemon := os.Getenv("LAYERGATE_TEST_BUILDKITD")
	if daemon == "" {
		t.Skip("LAYERGATE_TEST_BUILDKITD names no BuildKit daemon")
	}
	busybox, err := os.ReadFile("/bin/busybox")
	if err != nil {
		t.Fatal("there is no /bin/busybox: apt-get install busybox-static")
	}
	server, err := registrytest.Start(registrytest.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	for tag, c := range map[string]v1.Config{
		"base:1":    {},
		"shell:1":   {Shell: []string{"/bin/sh", "-e", "-c"}},
		"onbuild:1": {OnBuild: []string{"COPY a.txt /onbuild/", "RUN echo triggered > /triggered"}},
	} {
		pushBase(t, server.Host+"/"+tag, string(busybox), c)
	}
	// The syntax directive would fetch a frontend from elsewhere.
	local := strings.NewReplacer("FROM base:", "FROM "+server.Host+"/base:", "from base:", "from "+server.Host+"/base:", "NAME=base\n", "NAME="+server.Host+"/base\n",
		"FROM shell:", "FROM "+server.Host+"/shell:", "FROM onbuild:", "FROM "+server.Host+"/onbuild:", "# syntax=", "# no syntax=")
	for _, c := range cases() {
		t.Run(c.name, func(t *testing.T) {
			source := local.Replace(c.source)
			dir := t.TempDir()
			for file, body := range map[string]string{"Dockerfile": source, "a.txt": "a", "b.txt": "b", "busybox": string(busybox), "files.tar": ""} {
				if err := os.WriteFile(filepath.Join(dir, file), []byte(body), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			var args, labels []string
			for k, v := range c.build.Args {
				args = append(args, k+"="+v)
			}
			for k, v := range c.labels {
				labels = append(labels, k+"="+v)
			}
			var progress strings.Builder
			built, err := builder.Build(context.Background(), builder.Config{
				Context: dir, Target: c.build.Target, Args: args, Labels: labels, Network: "none", Builder: daemon, TempDir: t.TempDir(), Progress: &progress,
			})
			if err != nil {
				t.Fatalf("%v\n%s", err, progress.String())
			}
			history := historyOfArchive(t, built.Archive)
			got, err := parse(t, source).Attribute(history, c.build)
			if err != nil {
				t.Fatalf("%v\n%s", err, dump(history))
			}
			if diff := cmp.Diff(c.want, lines(got)); diff != "" {
				t.Errorf("layers (-want +got):\n%s\n%s", diff, dump(history))
			}
		})
	}
}

// pushBase makes an image of busybox with a shell.
func pushBase(t *testing.T, ref, busybox string, c v1.Config) {
	t.Helper()
	files := []imagetest.File{{Name: "bin/busybox", Body: busybox, Mode: 0o755}}
	for _, applet := range []string{"sh", "cat", "date"} {
		files = append(files, imagetest.File{Name: "bin/" + applet, Link: "busybox", Type: tar.TypeSymlink})
	}
	layer, err := imagetest.Tar(files)
	if err != nil {
		t.Fatal(err)
	}
	img, err := mutate.Append(empty.Image, mutate.Addendum{
		Layer: static.NewLayer(layer, types.DockerUncompressedLayer), History: v1.History{CreatedBy: "ADD rootfs.tar / # buildkit"},
	})
	if err != nil {
		t.Fatal(err)
	}
	file, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	file.Architecture, file.OS, file.Config = "amd64", "linux", c
	if img, err = mutate.ConfigFile(img, file); err != nil {
		t.Fatal(err)
	}
	parsed, err := name.ParseReference(ref)
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(parsed, img); err != nil {
		t.Fatal(err)
	}
}

func historyOfArchive(t *testing.T, path string) []dockerfile.Entry {
	t.Helper()
	sp := spool.New(spool.Config{Dir: t.TempDir()})
	defer sp.Close()
	img, err := image.Open(context.Background(), path, image.Options{Spool: sp})
	if err != nil {
		t.Fatal(err)
	}
	defer img.Close()
	var out []dockerfile.Entry
	for _, h := range img.Platforms[0].Config.History {
		out = append(out, dockerfile.Entry{CreatedBy: h.CreatedBy, Empty: h.EmptyLayer})
	}
	return out
}
