package origin_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/origin"
	"github.com/layergate/layergate/pkg/spool"
)

const dockerfile = `FROM debian:12 AS build
COPY lib.jar /out/lib.jar
FROM debian:12
COPY app /srv
COPY --from=build /out /opt
`

// layer is a layer with one file, and the instruction that made it.
func layer(createdBy string) imagetest.Layer {
	return imagetest.Layer{CreatedBy: createdBy, Files: []imagetest.File{{Name: "file", Body: createdBy}}}
}

func rootfs() imagetest.Layer { return layer("ADD rootfs.tar / # buildkit") }

// built is the image that the Dockerfile above makes.
func built(platform string) imagetest.Image {
	return imagetest.Image{Platform: platform, Layers: []imagetest.Layer{
		rootfs(), layer("COPY app /srv # buildkit"), layer("COPY /out /opt # buildkit"),
	}}
}

func open(t *testing.T, images ...imagetest.Image) *image.Image {
	t.Helper()
	files, err := imagetest.OCI(imagetest.Entry{Name: "app:1", Images: images})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "image.tar")
	if err := files.WriteArchive(path, imagetest.None); err != nil {
		t.Fatal(err)
	}
	sp := spool.New(spool.Config{Dir: t.TempDir()})
	img, err := image.Open(context.Background(), path, image.Options{Spool: sp})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { img.Close(); sp.Close() })
	return img
}

// directory is a new directory with these files.
func directory(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, body := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func project(t *testing.T, cfg origin.Config) *origin.Project {
	t.Helper()
	p, err := origin.OpenProject(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// bases tells of each layer whether it is the base image's.
func bases(p *origin.Platform) []bool {
	var out []bool
	for _, l := range p.Layers {
		out = append(out, l.Base)
	}
	return out
}

// lines has the first line of what made each layer, or 0.
func lines(p *origin.Platform) []int {
	var out []int
	for i := range p.Layers {
		line := 0
		if l := p.Line(i); l != nil {
			line = l.Line
		}
		out = append(out, line)
	}
	return out
}

// A Dockerfile that fits gives each layer and package its lines, on each platform.
func TestDockerfile(t *testing.T) {
	t.Parallel()
	root := directory(t, map[string]string{
		"Dockerfile": dockerfile,
		"package-lock.json": `{"lockfileVersion": 3, "packages": {
  "node_modules/lodash": {
    "version": "4.17.4"
  }
}}`,
	})
	got := origin.Attribute(open(t, built("linux/amd64"), built("linux/arm64")), project(t, origin.Config{Root: root}), nil)
	want := &origin.Base{Name: "debian:12", Layers: 1, Location: &finding.Location{File: "Dockerfile", Line: 3, EndLine: 3}}
	if diff := cmp.Diff(want, got.Base); diff != "" {
		t.Errorf("base (-want +got):\n%s", diff)
	}
	if len(got.Platforms) != 2 {
		t.Fatalf("%d platforms, want 2", len(got.Platforms))
	}
	at := func(file string, line int) *finding.Location {
		return &finding.Location{File: file, Line: line, EndLine: line}
	}
	lodash := finding.Package{Name: "lodash", Version: "4.17.4", Type: "npm"}
	jar := finding.Package{Name: "lib", Version: "1", Type: "java-archive"}
	for _, p := range got.Platforms {
		if diff := cmp.Diff([]bool{true, false, false}, bases(p)); diff != "" {
			t.Errorf("base layers (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]int{3, 4, 5}, lines(p)); diff != "" {
			t.Errorf("lines (-want +got):\n%s", diff)
		}
		if len(p.Warnings) > 0 {
			t.Errorf("warnings %q", p.Warnings)
		}
		for _, tt := range []struct {
			name    string
			layer   int
			pkg     finding.Package
			path    string
			edit    *finding.Location
			related []finding.Related
		}{
			{name: "of the base image", layer: 0, pkg: lodash, path: "/srv/package.json", edit: at("Dockerfile", 3)},
			{name: "of a lock file", layer: 1, pkg: lodash, path: "/srv/package.json", edit: at("package-lock.json", 2), related: []finding.Related{
				{Location: *at("Dockerfile", 4), Why: "brings it into the image"},
			}},
			{name: "of another stage", layer: 2, pkg: jar, path: "/opt/lib.jar", edit: at("Dockerfile", 5), related: []finding.Related{
				{Location: *at("Dockerfile", 2), Why: "the stage that it is copied from"},
			}},
			{name: "of a lock file and another stage", layer: 2, pkg: lodash, path: "/opt/lib.jar", edit: at("package-lock.json", 2), related: []finding.Related{
				{Location: *at("Dockerfile", 5), Why: "brings it into the image"},
				{Location: *at("Dockerfile", 2), Why: "the stage that it is copied from"},
			}},
		} {
			edit, related := p.Locate(tt.layer, tt.pkg, tt.path)
			if diff := cmp.Diff(tt.edit, edit); diff != "" {
				t.Errorf("%s: line (-want +got):\n%s", tt.name, diff)
			}
			if diff := cmp.Diff(tt.related, related); diff != "" {
				t.Errorf("%s: related lines (-want +got):\n%s", tt.name, diff)
			}
		}
	}
}

// What does not fit is not believed, and is told of where the user named it.
func TestDockerfileThatDoesNotFit(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, source string
		named        bool
		want         []int
		warning      string
	}{
		{name: "another image's", source: "FROM debian:12\nRUN make\n", want: []int{0, 0, 0}},
		{name: "another image's, named", source: "FROM debian:12\nRUN make\n", named: true, want: []int{0, 0, 0}, warning: "linux/amd64: findings name their layer but no line: line 2 of"},
		{name: "without an instruction", source: "FROM app:1\n", want: []int{0, 0, 0}},
		{name: "without an instruction, named", source: "FROM app:1\n", named: true, want: []int{1, 1, 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cfg := origin.Config{Root: directory(t, map[string]string{"Dockerfile": tt.source})}
			if tt.named {
				cfg.Dockerfile = filepath.Join(cfg.Root, "Dockerfile")
			}
			got := origin.Attribute(open(t, built("")), project(t, cfg), nil)
			p := got.Platforms[0]
			if diff := cmp.Diff(tt.want, lines(p)); diff != "" {
				t.Errorf("lines (-want +got):\n%s", diff)
			}
			if known := tt.want[0] > 0; (got.Base != nil) != known {
				t.Errorf("base %+v, want one: %t", got.Base, known)
			}
			warnings := strings.Join(p.Warnings, "\n")
			if !strings.HasPrefix(warnings, tt.warning) || (tt.warning == "") != (warnings == "") {
				t.Errorf("warnings %q, want %q", warnings, tt.warning)
			}
		})
	}
}

// Nothing is known of an image without a project and a base.
func TestNothingKnown(t *testing.T) {
	t.Parallel()
	got := origin.Attribute(open(t, built("")), nil, nil)
	p := got.Platforms[0]
	if line, related := p.Locate(1, finding.Package{Name: "lodash"}, "/srv/package.json"); line != nil || related != nil {
		t.Errorf("Locate() = %+v, %+v, want nothing", line, related)
	}
	if got.Base != nil || len(p.Warnings) > 0 || p.Layers[1].Base || p.Line(1) != nil {
		t.Errorf("Attribute() = %+v, %+v", got, p)
	}
	if l := p.Layers[2]; l.Index != 2 || l.CreatedBy != "COPY /out /opt # buildkit" || !strings.HasPrefix(l.DiffID, "sha256:") {
		t.Errorf("layer 2 is %+v", l)
	}
}

// A history that does not list as many layers as there are says nothing about any of them.
func TestHistoryOfOtherLayers(t *testing.T) {
	t.Parallel()
	root := directory(t, map[string]string{"Dockerfile": dockerfile})
	img := open(t, built(""))
	config := &img.Platforms[0].Config
	config.History = config.History[1:]
	p := origin.Attribute(img, project(t, origin.Config{Root: root, Dockerfile: filepath.Join(root, "Dockerfile")}), nil).Platforms[0]
	if diff := cmp.Diff([]int{0, 0, 0}, lines(p)); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	want := []string{"linux/amd64: findings name their layer but no line: the image's history lists 2 layers, and it has 3"}
	if diff := cmp.Diff(want, p.Warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}

// A package whose version an instruction names is changed on the line that names it.
func TestPinnedLine(t *testing.T) {
	t.Parallel()
	root := directory(t, map[string]string{"Dockerfile": "FROM debian:12\nRUN apt-get update && \\\n    apt-get install -y \\\n      # the one that works\n      curl=7.88.1-10 \\\n      jq\n"})
	img := imagetest.Image{Layers: []imagetest.Layer{
		rootfs(), layer("RUN /bin/sh -c apt-get update &&     apt-get install -y       curl=7.88.1-10       jq # buildkit"),
	}}
	p := origin.Attribute(open(t, img), project(t, origin.Config{Root: root}), nil).Platforms[0]
	run := finding.Location{File: "Dockerfile", Line: 2, EndLine: 6}
	for _, tt := range []struct {
		name    string
		layer   int
		want    finding.Location
		related []finding.Related
	}{
		{"curl", 1, finding.Location{File: "Dockerfile", Line: 5, EndLine: 5}, []finding.Related{{Location: run, Why: "brings it into the image"}}},
		{"jq", 1, run, nil},
		{"curl", 0, finding.Location{File: "Dockerfile", Line: 1, EndLine: 1}, nil},
	} {
		line, related := p.Locate(tt.layer, finding.Package{Type: "deb", Name: tt.name, Version: "7.88.1-10"}, "/var/lib/dpkg/status")
		if diff := cmp.Diff(&tt.want, line); diff != "" {
			t.Errorf("Locate(%s in layer %d) (-want +got):\n%s", tt.name, tt.layer, diff)
		}
		if diff := cmp.Diff(tt.related, related); diff != "" {
			t.Errorf("Locate(%s in layer %d): related lines (-want +got):\n%s", tt.name, tt.layer, diff)
		}
	}
}

// The base image's user is the last that its part of the history names, or the image's where no other part names one.
func TestBaseUser(t *testing.T) {
	t.Parallel()
	user := func(name string) imagetest.Layer { return imagetest.Layer{CreatedBy: "USER " + name, Empty: true} }
	tests := []struct {
		name, dockerfile string
		below, above     []imagetest.Layer
		config           string
		want             string
	}{
		{"none", "FROM a\nCOPY app /srv\n", nil, nil, "", ""},
		{"the base image's", "FROM a\nCOPY app /srv\nUSER 1\n", []imagetest.Layer{user("root"), user("node")}, []imagetest.Layer{user("1")}, "1", "node"},
		{"the project's alone", "FROM a\nCOPY app /srv\nUSER 1\n", nil, []imagetest.Layer{user("1")}, "1", ""},
		{"one that the history does not tell", "FROM a\nCOPY app /srv\n", nil, nil, "1001", "1001"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			img := imagetest.Image{Config: &v1.Config{User: tt.config}}
			img.Layers = append(append(append([]imagetest.Layer{rootfs()}, tt.below...), layer("COPY app /srv # buildkit")), tt.above...)
			root := directory(t, map[string]string{"Dockerfile": tt.dockerfile})
			p := origin.Attribute(open(t, img), project(t, origin.Config{Root: root}), nil).Platforms[0]
			if p.BaseUser != tt.want {
				t.Errorf("BaseUser = %q, want %q", p.BaseUser, tt.want)
			}
		})
	}
}
