package image_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"

	imagecheck "github.com/layergate/layergate/pkg/check/image"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/observe"
	"github.com/layergate/layergate/pkg/origin"
	"github.com/layergate/layergate/pkg/spool"
)

// A fixture is a directory with a Dockerfile, which is built as far as rules can tell, and, where there is more to say, an
// image.yaml with what the base image holds and which files the Dockerfile's lines bring.
type fixture struct {
	Platform string            // linux/amd64 where empty
	NoBase   bool              `yaml:"noBase"` // nobody knows the Dockerfile
	Base     baseImage         // what the image is built on
	Files    map[string][]file // what lines of the Dockerfile bring, by the line's number
}

type baseImage struct {
	User    string
	History []string // entries after the one of its layer
	Files   []file
}

// file is a file of a layer; a path that ends with a slash is a directory.
type file struct {
	Path    string
	Content string
	Program bool   // the content is behind the beginning of an executable
	Size    int    // of a file that is full of zeros
	Mode    string // octal
	UID     int
	GID     int
	Link    string // target of a symbolic link
	Hard    string // target of a hard link
	Type    byte
	PAX     map[string]string
}

// subject builds a fixture's image and looks at it as the gate does.
func subject(t *testing.T, dir string) imagecheck.Subject {
	t.Helper()
	var fx fixture
	raw, err := os.ReadFile(filepath.Join(dir, "image.yaml"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	if err := yaml.UnmarshalWithOptions(raw, &fx, yaml.Strict()); err != nil {
		t.Fatalf("%s: %v", dir, err)
	}
	return look(t, dir, fx.build(t, dir), !fx.NoBase)
}

// look opens an image and observes it. With known, the Dockerfile in dir counts as the one that it was built from.
func look(t *testing.T, dir string, img imagetest.Image, known bool) imagecheck.Subject {
	t.Helper()
	files, err := imagetest.OCI(imagetest.Entry{Name: "app:1", Images: []imagetest.Image{img}})
	if err != nil {
		t.Fatal(err)
	}
	archive := filepath.Join(t.TempDir(), "image.tar")
	if err := files.WriteArchive(archive, imagetest.None); err != nil {
		t.Fatal(err)
	}
	opened, err := image.Open(t.Context(), archive, image.Options{Spool: spool.New(spool.Config{Dir: t.TempDir()}), TempDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { opened.Close() })
	var project *origin.Project
	if known {
		if project, err = origin.OpenProject(origin.Config{Root: dir, Dockerfile: filepath.Join(dir, "Dockerfile")}); err != nil {
			t.Fatal(err)
		}
	}
	from := origin.Attribute(opened, project, nil)
	if len(from.Platforms[0].Warnings) > 0 {
		t.Fatalf("%s: %v", dir, from.Platforms[0].Warnings)
	}
	seen, err := observe.InProcess(t.Context(), observe.Request{Platforms: opened.Platforms, Scratch: t.TempDir()}, observe.Host{})
	if err != nil {
		t.Fatal(err)
	}
	return imagecheck.New(opened.Platforms[0], seen.Platforms[0], from.Platforms[0], from.Base)
}

// build makes the image that the Dockerfile's last stage stands for: each instruction an entry of the history as BuildKit
// writes it, and those that make a layer one with the files of their line.
func (fx fixture) build(t *testing.T, dir string) imagetest.Image {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := parser.Parse(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("%s: %v", dir, err)
	}
	stages, _, err := instructions.Parse(parsed.AST, nil)
	if err != nil {
		t.Fatalf("%s: %v", dir, err)
	}
	img := imagetest.Image{Platform: fx.Platform, Config: &v1.Config{}}
	lines := maps.Clone(fx.Files)
	fx.addStage(t, &img, stages, len(stages)-1, lines)
	for line := range lines {
		t.Errorf("%s: line %s of the Dockerfile makes no layer", dir, line)
	}
	return img
}

// addStage adds a stage, and those that it is built on before.
func (fx fixture) addStage(t *testing.T, img *imagetest.Image, stages []instructions.Stage, i int, lines map[string][]file) {
	t.Helper()
	below := slices.IndexFunc(stages[:i], func(s instructions.Stage) bool { return s.Name != "" && s.Name == stages[i].BaseName })
	switch {
	case below >= 0:
		fx.addStage(t, img, stages, below, lines)
	case stages[i].BaseName != "scratch":
		img.Config.User = fx.Base.User
		img.Layers = append(img.Layers, imagetest.Layer{CreatedBy: "ADD rootfs.tar.xz / # buildkit", Files: entries(t, append(fx.Base.Files, fx.filler("base")))})
		for _, entry := range fx.Base.History {
			img.Layers = append(img.Layers, imagetest.Layer{CreatedBy: entry, Empty: true})
		}
	}
	for _, c := range stages[i].Commands {
		l := imagetest.Layer{CreatedBy: fmt.Sprint(c), Empty: true}
		switch c := c.(type) {
		case *instructions.RunCommand:
			l.CreatedBy, l.Empty = "RUN "+strings.Join(c.CmdLine, " ")+" # buildkit", false
			if c.PrependShell {
				l.CreatedBy = "RUN /bin/sh -c " + strings.TrimPrefix(l.CreatedBy, "RUN ")
			}
		case *instructions.CopyCommand, *instructions.AddCommand:
			l.CreatedBy, l.Empty = l.CreatedBy+" # buildkit", false
		default:
			configure(img.Config, c)
		}
		if line := strconv.Itoa(c.Location()[0].Start.Line); !l.Empty {
			l.Files = entries(t, append(lines[line], fx.filler("line-"+line)))
			delete(lines, line)
		}
		img.Layers = append(img.Layers, l)
	}
}

// filler is a file that a layer has in any case, where layers of the platform have files.
func (fx fixture) filler(name string) file {
	if strings.HasPrefix(fx.Platform, "windows/") {
		return file{Path: "Files/" + name}
	}
	return file{Path: "etc/" + name}
}

// configure does to a configuration what an instruction does that makes no layer.
func configure(c *v1.Config, by instructions.Command) {
	switch by := by.(type) {
	case *instructions.UserCommand:
		c.User = by.User
	case *instructions.ExposeCommand:
		for _, p := range by.Ports {
			if !strings.Contains(p, "/") {
				p += "/tcp"
			}
			c.ExposedPorts = with(c.ExposedPorts, p)
		}
	case *instructions.VolumeCommand:
		for _, v := range by.Volumes {
			c.Volumes = with(c.Volumes, v)
		}
	case *instructions.HealthCheckCommand:
		c.Healthcheck = &v1.HealthConfig{Test: by.Health.Test}
	case *instructions.EnvCommand:
		for _, kv := range by.Env {
			c.Env = append(c.Env, kv.Key+"="+kv.Value)
		}
	case *instructions.LabelCommand:
		for _, kv := range by.Labels {
			if c.Labels == nil {
				c.Labels = map[string]string{}
			}
			c.Labels[kv.Key] = kv.Value
		}
	case *instructions.CmdCommand:
		c.Cmd = commandLine(by.ShellDependantCmdLine)
	case *instructions.EntrypointCommand:
		c.Entrypoint = commandLine(by.ShellDependantCmdLine)
	}
}

func with(set map[string]struct{}, key string) map[string]struct{} {
	if set == nil {
		set = map[string]struct{}{}
	}
	set[key] = struct{}{}
	return set
}

func commandLine(c instructions.ShellDependantCmdLine) []string {
	if c.PrependShell {
		return append([]string{"/bin/sh", "-c"}, c.CmdLine...)
	}
	return c.CmdLine
}

// entries are the files of a layer.
func entries(t *testing.T, list []file) []imagetest.File {
	t.Helper()
	var out []imagetest.File
	for _, f := range list {
		e := imagetest.File{Name: strings.TrimSuffix(f.Path, "/"), Body: f.Content, Type: f.Type, UID: f.UID, GID: f.GID, PAX: f.PAX}
		if f.Program {
			e.Body = "\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 9) + "\x03\x00\x3e\x00\x01" + strings.Repeat("\x00", 43) + f.Content
		}
		if f.Size > 0 {
			e.Body = strings.Repeat("\x00", f.Size)
		}
		switch {
		case f.Hard != "":
			e.Type, e.Link = '1', f.Hard
		case f.Link != "":
			e.Type, e.Link = '2', f.Link
		case strings.HasSuffix(f.Path, "/"):
			e.Type = '5'
		}
		if f.Mode != "" {
			mode, err := strconv.ParseInt(f.Mode, 8, 64)
			if err != nil {
				t.Fatal(err)
			}
			e.Mode = mode
		}
		out = append(out, e)
	}
	return out
}
