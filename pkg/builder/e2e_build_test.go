//go:build e2e

package builder

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/registrytest"
)

const stages = `# a comment
FROM scratch AS base
COPY busybox /bin/busybox
SHELL ["/bin/busybox", "sh", "-c"]

FROM base AS middle
ARG GREETING=none
ARG FROM_ENV=none
ARG MISSING=kept
RUN echo "$GREETING $FROM_ENV $MISSING" > /greeting

FROM middle AS last
RUN echo last > /last
`

func TestBuildTarget(t *testing.T) {
	onEach(t, func(t *testing.T, cfg Config) {
		cfg, progress := prepare(t, cfg, stages, nil)
		cfg.Target = "middle"
		cfg.Args = []string{"GREETING=hello, world", "FROM_ENV", "MISSING"}
		cfg.Labels = []string{"org.example.team=a=b"}
		cfg.Getenv = env("FROM_ENV", "environment")
		img, files := built(t, cfg, progress)
		if got, want := files["/greeting"], "hello, world environment kept\n"; got != want {
			t.Errorf("/greeting = %q, want %q", got, want)
		}
		if _, found := files["/last"]; found {
			t.Error("the stage after the target was built into the image")
		}
		if got := img.Platforms[0].Config.Config.Labels["org.example.team"]; got != "a=b" {
			t.Errorf("the label is %q, want a=b", got)
		}
		if img.Name != "" {
			t.Errorf("the image is named %q, want no name", img.Name)
		}
		if !strings.Contains(progress.String(), "RUN echo") {
			t.Errorf("the progress names no instruction:\n%s", progress)
		}
	})
}

// The labels are the same for each build of a commit.
func TestBuildOriginLabels(t *testing.T) {
	onEach(t, func(t *testing.T, cfg Config) {
		cfg, progress := prepare(t, cfg, "FROM scratch\nCOPY busybox /bin/busybox\nLABEL org.opencontainers.image.source=ours\n", nil)
		cfg.Source, cfg.Revision, cfg.Created = "https://git.example/team/app", "0123456789abcdef", time.Unix(86400, 0)
		want := map[string]string{
			"org.opencontainers.image.source": "ours", "org.opencontainers.image.revision": "0123456789abcdef", "org.opencontainers.image.created": "1970-01-02T00:00:00Z",
			"org.opencontainers.image.base.name": "", "org.opencontainers.image.base.digest": "",
		}
		for range 2 {
			img, _ := built(t, cfg, progress)
			for name, value := range want {
				if got := img.Platforms[0].Config.Config.Labels[name]; got != value {
					t.Errorf("the label %s is %q, want %q", name, got, value)
				}
			}
		}
	})
}

// The label names the digest that the tag of the base image leads to, which is that of its index.
func TestBuildBaseDigest(t *testing.T) {
	server, err := registrytest.Start(registrytest.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	layers := []imagetest.Layer{{Files: []imagetest.File{{Name: "base", Body: "base"}}}}
	layout, err := imagetest.OCI(imagetest.Entry{Images: []imagetest.Image{{Platform: "linux/amd64", Layers: layers}, {Platform: "linux/arm64", Layers: layers}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Store("base/debian", "12", layout); err != nil {
		t.Fatal(err)
	}
	var index v1.IndexManifest
	for _, f := range layout {
		if f.Name == "index.json" {
			if err := json.Unmarshal([]byte(f.Body), &index); err != nil {
				t.Fatal(err)
			}
		}
	}
	name := server.Host + "/base/debian:12"
	onEach(t, func(t *testing.T, cfg Config) {
		for _, cfg.Pull = range []bool{false, true} {
			cfg, progress := prepare(t, cfg, "ARG TAG=11\nFROM "+server.Host+"/base/debian:$TAG\nCOPY busybox /bin/busybox\n", nil)
			cfg.Args = []string{"TAG=12"}
			img, files := built(t, cfg, progress)
			labels := img.Platforms[0].Config.Config.Labels
			got := image.Base{Name: labels["org.opencontainers.image.base.name"], Digest: labels["org.opencontainers.image.base.digest"]}
			if want := (image.Base{Name: name, Digest: index.Manifests[0].Digest.String()}); got != want {
				t.Errorf("with pull %t, the labels are %+v, want %+v\n%s", cfg.Pull, got, want, progress)
			}
			if files["/base"] != "base" {
				t.Error("the image is not built on the base image")
			}
		}
	})
}

func TestBuildSecret(t *testing.T) {
	const file, variable = "s3cr3t-of-the-file", "s3cr3t-of-the-environment"
	onEach(t, func(t *testing.T, cfg Config) {
		cfg, progress := prepare(t, cfg, `# syntax is the daemon's own
FROM scratch
COPY busybox /bin/busybox
RUN --mount=type=secret,id=file --mount=type=secret,id=variable ["/bin/busybox", "sh", "-c", "busybox=/bin/busybox; cd /run/secrets; $busybox wc -c < file > /sizes; $busybox wc -c < variable >> /sizes; $busybox cat file variable"]
`, nil)
		outside := filepath.Join(t.TempDir(), "secret")
		write(t, outside, file+"\n")
		cfg.Secrets = []string{"id=file,src=" + outside, "id=variable,env=TOKEN"}
		cfg.Getenv = env("TOKEN", variable)
		cfg.NoCache = true // the log of an instruction is shown only when it runs
		img, files := built(t, cfg, progress)
		if got, want := files["/sizes"], "19\n25\n"; got != want {
			t.Errorf("/sizes = %q, want %q", got, want)
		}
		everything := progress.String()
		for name, body := range files {
			everything += name + body
		}
		for _, h := range img.Platforms[0].Config.History {
			everything += h.CreatedBy
		}
		if strings.Contains(everything, "s3cr3t") {
			t.Errorf("a secret is in the image or the progress:\n%s", progress)
		}
		if !strings.Contains(progress.String(), "***") {
			t.Errorf("the progress hides nothing, so the instruction did not print the secrets:\n%s", progress)
		}
	})
}

func TestBuildIgnoresFiles(t *testing.T) {
	onEach(t, func(t *testing.T, cfg Config) {
		cfg, progress := prepare(t, cfg, "FROM scratch\nCOPY . /app/\n", map[string]string{
			".dockerignore": "**/*.log\nprivate\n!keep.log\n",
			"a.txt":         "a", "b.log": "b", "keep.log": "k", "private/key": "p", "sub/c.log": "c", "sub/d": "d",
		})
		_, files := built(t, cfg, progress)
		var got []string
		for name := range files {
			got = append(got, name)
		}
		slices.Sort(got)
		want := []string{"/app/.dockerignore", "/app/Dockerfile", "/app/a.txt", "/app/busybox", "/app/keep.log", "/app/sub/d"}
		if !slices.Equal(got, want) {
			t.Errorf("the image holds %q, want %q", got, want)
		}
	})
}

func TestBuildOtherDockerfile(t *testing.T) {
	onEach(t, func(t *testing.T, cfg Config) {
		cfg, progress := prepare(t, cfg, "FROM scratch\n", map[string]string{"file": "f"})
		cfg.Dockerfile = filepath.Join(t.TempDir(), "Own.dockerfile")
		write(t, cfg.Dockerfile, "FROM scratch\nCOPY file /own\n")
		if _, files := built(t, cfg, progress); files["/own"] != "f" {
			t.Errorf("the image holds %v, want /own", files)
		}
	})
}

func TestBuildFails(t *testing.T) {
	const head = "FROM scratch\nCOPY busybox /bin/busybox\nSHELL [\"/bin/busybox\", \"sh\", \"-c\"]\n\n# why\n"
	tests := []struct {
		name, dockerfile, instruction string
		line, end                     int
	}{
		{"RUN", head + "RUN echo out && \\\n    echo more; \\\n    exit 3\nRUN echo never\n", "RUN echo out && \\\n    echo more; \\\n    exit 3", 6, 8},
		{"COPY", head + "COPY missing /x\n", "COPY missing /x", 6, 6},
		{"unknown instruction", head + "RUNN echo\n", "RUNN echo", 6, 6},
	}
	onEach(t, func(t *testing.T, cfg Config) {
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				cfg, progress := prepare(t, cfg, tt.dockerfile, nil)
				_, err := Build(context.Background(), cfg)
				var failed *Error
				if !errors.As(err, &failed) {
					t.Fatalf("Build = %v, want an *Error", err)
				}
				t.Log(err)
				if failed.Line != tt.line || failed.EndLine != tt.end || failed.Instruction != tt.instruction {
					t.Errorf("lines %d to %d, %q, want %d to %d, %q\n%s", failed.Line, failed.EndLine, failed.Instruction, tt.line, tt.end, tt.instruction, progress)
				}
				if want := filepath.Join(cfg.Context, "Dockerfile"); failed.Dockerfile != want {
					t.Errorf("the Dockerfile is %s, want %s", failed.Dockerfile, want)
				}
				if fault.IsRequest(err) {
					t.Error("a failed build is a wrong request")
				}
				if left, _ := os.ReadDir(cfg.TempDir); len(left) > 0 {
					t.Errorf("left behind: %v", left)
				}
			})
		}
	})
}

func TestBuildPlatforms(t *testing.T) {
	onEach(t, func(t *testing.T, cfg Config) {
		classic := classic(t, cfg)
		cfg, progress := prepare(t, cfg, "FROM scratch\nARG TARGETARCH\nCOPY busybox /$TARGETARCH\n", nil)
		cfg.Platforms = []string{"linux/amd64", "linux/arm64"}
		if classic {
			_, err := Build(context.Background(), cfg)
			if !fault.IsRequest(err) {
				t.Errorf("Build = %v, want a wrong request", err)
			}
			return
		}
		img, files := built(t, cfg, progress)
		var names []string
		for _, p := range img.Platforms {
			names = append(names, p.Name)
		}
		if want := []string{"linux/amd64", "linux/arm64"}; !slices.Equal(names, want) {
			t.Errorf("the platforms are %q, want %q", names, want)
		}
		if _, found := files["/amd64"]; !found {
			t.Error("the first platform does not hold /amd64")
		}
		raw, err := os.ReadFile(filepath.Join(cfg.TempDir, entries(t, cfg.TempDir)[0]))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(raw, []byte("https://slsa.dev/provenance/")) {
			t.Error("the archive holds no provenance")
		}
	})
}

func entries(t *testing.T, dir string) []string {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}
