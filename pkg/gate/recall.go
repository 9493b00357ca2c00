package gate

import (
	"context"
	"fmt"

	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/observe"
	"github.com/layergate/layergate/pkg/origin"
	"github.com/layergate/layergate/pkg/redact"
)

// recalls tells whether what the cache knows of a platform takes the place of reading its layers. Nothing of such an image is pushed.
func (r *Result) recalls() bool { return r.request.Audit && r.gate.env.Cache != nil }

// recall looks for what is known of a platform with these layers, and holds on to it: the cache may forget it. What it cannot recall is read.
func (r *Result) recall(ctx context.Context, ids []image.LayerID) bool {
	known, err := observe.Recall(ctx, r.gate.env.Cache, ids, r.request.Policy.IgnoresSecrets())
	if err != nil || known == nil {
		return false
	}
	if r.known == nil {
		r.known = map[string]*observe.Platform{}
	}
	r.known[fmt.Sprint(ids)] = known
	return true
}

// observe says what the layers of an image hold: by what is known of them, or else by having them read, for which what is unpacked goes
// into a directory with a name of its own.
func (r *Result) observe(ctx context.Context, img *image.Image, directory string) (*observe.Observation, error) {
	if !r.recalls() {
		return r.readLayers(ctx, img.Platforms, directory)
	}
	out := &observe.Observation{Platforms: make([]observe.Platform, len(img.Platforms))}
	var unknown []*image.Platform
	var places []int // of those in the image
	for i, p := range img.Platforms {
		if known := r.known[fmt.Sprint(p.LayerIDs())]; known != nil {
			out.Platforms[i] = *known
		} else {
			unknown, places = append(unknown, p), append(places, i)
		}
	}
	if len(unknown) == 0 {
		return out, nil
	}
	seen, err := r.readLayers(ctx, unknown, directory)
	if err != nil {
		return nil, err
	}
	for k, p := range unknown {
		out.Platforms[places[k]] = seen.Platforms[k]
		if err := observe.Keep(ctx, r.gate.env.Cache, p, r.request.Policy.IgnoresSecrets(), seen.Platforms[k]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// namedBase asks the registry for the layers of the base image that the image itself names; nil where it names none, or none that can
// be read.
func (r *Result) namedBase(ctx context.Context) *origin.BaseImage {
	var name string
	outlines := map[string]image.Outline{}
	for _, p := range r.image.Platforms {
		said := r.image.Base(p)
		if said.Name == "" || name != "" && said.Name != name {
			return nil
		}
		name = said.Name
		outline, err := r.gate.Outline(ctx, baseReferences(name, said.Digest)[0], p.Name)
		if err != nil {
			r.debug("the base image %s was not read: %s", name, redact.Text(err.Error()))
			return nil
		}
		outlines[p.Name] = outline
	}
	return origin.NamedBase(name, outlines)
}
