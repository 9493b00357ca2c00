package image_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/registrytest"
)

// Layers that are known stay in the registry, but for those that another platform needs. Such an image is not pushed.
func TestKnownLayersStay(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	server := startRegistry(t, registrytest.Config{})
	store(t, server, "app", "1", layoutOf(t, "linux/amd64", "linux/arm64"))
	source := "registry:" + server.Host + "/app:1"
	whole, err := pull(t, ctx, source, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name  string
		known []string // platforms
		only  int      // their first layers; 0 for all
	}{
		{name: "none"}, {name: "one", known: []string{"linux/amd64"}}, {name: "both", known: []string{"linux/amd64", "linux/arm64"}},
		{name: "a layer", known: []string{"linux/amd64", "linux/arm64"}, only: 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := len(server.Requests())
			img, err := pull(t, ctx, source, func(o *image.Options) {
				o.Known = func(ids []image.LayerID) []bool {
					out := make([]bool, len(ids))
					for _, p := range whole.Platforms {
						if slices.Contains(tt.known, p.Name) && slices.Equal(ids, p.LayerIDs()) {
							for i := range ids {
								out[i] = tt.only == 0 || i < tt.only
							}
						}
					}
					return out
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			requests := strings.Join(server.Requests()[before:], "\n")
			needed := map[string]bool{}
			for _, p := range whole.Platforms {
				for i, l := range p.Layers {
					left := slices.Contains(tt.known, p.Name) && (tt.only == 0 || i < tt.only)
					needed[l.Digest.String()] = needed[l.Digest.String()] || !left
				}
			}
			for digest, want := range needed {
				if got := strings.Contains(requests, "/blobs/"+digest); got != want {
					t.Errorf("the layer %s is read: %t, want %t", digest, got, want)
				}
			}
			for i, p := range img.Platforms {
				for k, l := range p.Layers {
					if of := whole.Platforms[i].Layers[k]; l.Digest != of.Digest || l.DiffID != of.DiffID || l.Size != of.Size {
						t.Errorf("layer %d of %s is %s of %d bytes, want %s of %d", k, p.Name, l.Digest, l.Size, of.Digest, of.Size)
					}
					if l.Absent == needed[l.Digest.String()] {
						t.Errorf("layer %d of %s is absent: %t, want %t", k, p.Name, l.Absent, !l.Absent)
					}
				}
			}
			if _, err := img.Content(); (err != nil) != (len(tt.known) > 0) {
				t.Errorf("Content() = %v with %d known platforms", err, len(tt.known))
			}
		})
	}
}

// The lowest layer is that of the first platform.
func TestLowest(t *testing.T) {
	t.Parallel()
	server := startRegistry(t, registrytest.Config{})
	store(t, server, "app", "1", layoutOf(t, "linux/amd64", "linux/arm64"))
	store(t, server, "app", "2", layoutOf(t, "linux/arm64"))
	for _, tag := range []string{"1", "2"} {
		img, err := pull(t, context.Background(), "registry:"+server.Host+"/app:"+tag, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := image.Lowest(context.Background(), repository(t, server.Host+"/app:"+tag))
		if want := img.Platforms[0].Layers[0].Digest.String(); err != nil || got != want {
			t.Errorf("Lowest(%s) = %s, %v, want %s", tag, got, err, want)
		}
	}
	if got, err := image.Lowest(context.Background(), repository(t, server.Host+"/app:3")); err == nil {
		t.Errorf("Lowest() of no image = %s, want an error", got)
	}
}

// repository is an image of a registry.
func repository(t *testing.T, ref string) image.Repository {
	t.Helper()
	client := must(registry.New(registry.Config{}))(t)
	return must(client.Image(ref))(t)
}
