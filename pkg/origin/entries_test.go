package origin_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/origin"
)

// Entries of the history are the base's up to the first that the Dockerfile made, or as many as the named base image has.
func TestEntries(t *testing.T) {
	t.Parallel()
	empty := func(createdBy string) imagetest.Layer { return imagetest.Layer{CreatedBy: createdBy, Empty: true} }
	base := []imagetest.Layer{rootfs(), empty("USER app"), empty(`CMD ["sh"]`)}
	img := imagetest.Image{Layers: append(base[:len(base):len(base)], layer("COPY app /srv # buildkit"), empty("EXPOSE 80"), empty("USER root"))}
	p := project(t, origin.Config{Root: directory(t, map[string]string{"Dockerfile": "FROM debian:12\nARG VERSION\nCOPY app /srv\nUSER root\n"})})
	tests := []struct {
		name    string
		project *origin.Project
		base    *origin.BaseImage
		want    []string
	}{
		{"nothing known", nil, nil, []string{"layer 0", "layer 0", "layer 0", "layer 1", "layer 1", "layer 1"}},
		{"a Dockerfile", p, nil, []string{"base layer 0", "base layer 0", "base layer 0", "layer 1 line 3", "layer 1", "layer 1 line 4"}},
		{"a base image", nil, origin.NewBaseImage("base", open(t, imagetest.Image{Layers: base})),
			[]string{"base layer 0", "base layer 0", "base layer 0", "layer 1", "layer 1", "layer 1"}},
		{"a base image whose history does not tell", nil, origin.NewBaseImage("base", open(t, imagetest.Image{Layers: append(base[:3:3], empty("a"), empty("b"))})),
			[]string{"base layer 0", "base layer 0", "base layer 0", "layer 1", "layer 1", "layer 1"}},
		{"a base image with fewer entries", nil, origin.NewBaseImage("base", open(t, imagetest.Image{Layers: base[:2]})),
			[]string{"base layer 0", "base layer 0", "layer 0", "layer 1", "layer 1", "layer 1"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, e := range origin.Attribute(open(t, img), tt.project, tt.base).Platforms[0].Entries {
				text := fmt.Sprintf("layer %d", e.Layer)
				if e.Base {
					text = "base " + text
				}
				if e.Location != nil {
					text += fmt.Sprintf(" line %d", e.Location.Line)
				}
				got = append(got, text)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Entries (-want +got):\n%s", diff)
			}
		})
	}
}
