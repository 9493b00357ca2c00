package origin_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/origin"
)

// The layers of the base image that the user named are told by their diff IDs, all of them, and by nothing else.
func TestNamedBase(t *testing.T) {
	t.Parallel()
	image := func(layers ...imagetest.Layer) imagetest.Image { return imagetest.Image{Layers: layers} }
	other := imagetest.Layer{CreatedBy: rootfs().CreatedBy, Files: []imagetest.File{{Name: "file", Body: "other content"}}}
	arm := image(rootfs())
	arm.Platform = "linux/arm64"
	tests := []struct {
		name    string
		base    imagetest.Image
		want    []bool
		warning string
	}{
		{name: "one layer", base: image(rootfs()), want: []bool{true, false, false}},
		{name: "two layers", base: image(rootfs(), layer("COPY app /srv # buildkit")), want: []bool{true, true, false}},
		{name: "all layers", base: built(""), want: []bool{true, true, true}},
		{name: "the same instruction with other content", base: image(other), want: []bool{false, false, false}, warning: "does not begin with the layers of base:1"},
		{name: "a second layer that differs", base: image(rootfs(), other), want: []bool{false, false, false}, warning: "does not begin with the layers of base:1"},
		{name: "more layers than the image", base: image(append(built("").Layers, other)...), want: []bool{false, false, false}, warning: "does not begin with the layers of base:1"},
		{name: "another platform", base: arm, want: []bool{false, false, false}, warning: "base:1 has no image for linux/amd64"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := origin.Attribute(open(t, built("")), nil, origin.NewBaseImage("base:1", open(t, tt.base)))
			p := got.Platforms[0]
			if diff := cmp.Diff(tt.want, bases(p)); diff != "" {
				t.Errorf("base layers (-want +got):\n%s", diff)
			}
			var want *origin.Base
			if tt.warning == "" {
				want = &origin.Base{Name: "base:1", Layers: len(tt.base.Layers)}
			}
			if diff := cmp.Diff(want, got.Base); diff != "" {
				t.Errorf("base (-want +got):\n%s", diff)
			}
			if warnings := strings.Join(p.Warnings, "\n"); !strings.Contains(warnings, tt.warning) || (tt.warning == "") != (warnings == "") {
				t.Errorf("warnings %q, want %q", warnings, tt.warning)
			}
		})
	}
}

// Where the layers of the named base and the Dockerfile disagree about a layer, its line is not known.
func TestNamedBaseAgainstDockerfile(t *testing.T) {
	t.Parallel()
	root := directory(t, map[string]string{"Dockerfile": dockerfile})
	base := imagetest.Image{Layers: []imagetest.Layer{rootfs(), layer("COPY app /srv # buildkit")}}
	got := origin.Attribute(open(t, built("")), project(t, origin.Config{Root: root}), origin.NewBaseImage("base:1", open(t, base)))
	p := got.Platforms[0]
	if diff := cmp.Diff([]bool{true, true, false}, bases(p)); diff != "" {
		t.Errorf("base layers (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int{3, 0, 5}, lines(p)); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	if line, related := p.Locate(1, finding.Package{}, "/srv/x"); line != nil || related != nil {
		t.Errorf("Locate() = %+v, %+v, want nothing", line, related)
	}
	if diff := cmp.Diff(&origin.Base{Name: "base:1", Layers: 2}, got.Base); diff != "" {
		t.Errorf("base (-want +got):\n%s", diff)
	}
}

// The image's own word names a base that nothing else does, and gives the digest of one that is the same.
func TestBaseByTheImagesWord(t *testing.T) {
	t.Parallel()
	const digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	label := func(name string) v1.Config {
		return v1.Config{Labels: map[string]string{"org.opencontainers.image.base.name": name, "org.opencontainers.image.base.digest": digest}}
	}
	from := func(name string) string { return "FROM " + name + "\nCOPY app /srv\nCOPY /out /opt\n" }
	tests := []struct {
		name, dockerfile string
		config           v1.Config
		want             *origin.Base // but for its line
	}{
		{name: "nothing is said"},
		{name: "a label", config: label("docker.io/library/debian:12"), want: &origin.Base{Name: "docker.io/library/debian:12", Digest: digest}},
		{name: "a label and FROM of the same image", dockerfile: from("debian:12"), config: label("docker.io/library/debian:12"), want: &origin.Base{Name: "debian:12", Digest: digest, Layers: 1}},
		{name: "a label and FROM without a tag", dockerfile: from("debian"), config: label("debian:latest"), want: &origin.Base{Name: "debian", Digest: digest, Layers: 1}},
		{name: "a label and FROM of different images", dockerfile: from("debian:11"), config: label("debian:12"), want: &origin.Base{Name: "debian:11", Layers: 1}},
		{name: "FROM with a port and no tag", dockerfile: from("registry.example:5000/debian"), config: label("registry.example:5000/debian:latest"), want: &origin.Base{Name: "registry.example:5000/debian", Digest: digest, Layers: 1}},
		{name: "FROM with a digest", dockerfile: from("debian@sha256:" + strings.Repeat("a", 64)), config: label("debian@sha256:" + strings.Repeat("a", 64)), want: &origin.Base{Name: "debian@sha256:" + strings.Repeat("a", 64), Digest: "sha256:" + strings.Repeat("a", 64), Layers: 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var p *origin.Project
			if tt.dockerfile != "" {
				p = project(t, origin.Config{Root: directory(t, map[string]string{"Dockerfile": tt.dockerfile})})
			}
			img := built("")
			img.Config = &tt.config
			got := origin.Attribute(open(t, img), p, nil).Base
			if got != nil {
				got.Location = nil
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("base (-want +got):\n%s", diff)
			}
		})
	}
}
