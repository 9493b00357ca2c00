package gate

import (
	"context"
	"fmt"
	"slices"

	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/observe"
	"github.com/layergate/layergate/pkg/origin"
	"github.com/layergate/layergate/pkg/redact"
)

// recalls tells whether what the cache knows of a platform takes the place of reading its layers. Nothing of such an image is pushed.
func (r *Result) recalls() bool { return r.request.Audit && r.gate.env.Cache != nil }

// recall looks for what is known of a platform with these layers, and holds on to it: the cache may forget it. It tells which of them
// need not be read.
func (r *Result) recall(ids []image.LayerID) []bool {
	whole, err := observe.Recall(r.gate.env.Cache, ids, r.request.Policy.IgnoresSecrets())
	if err == nil && whole != nil {
		if r.known == nil {
			r.known = map[string]*observe.Platform{}
		}
		r.known[fmt.Sprint(ids)] = whole
		return slices.Repeat([]bool{true}, len(ids))
	}
	return observe.KnownLayers(r.gate.env.Cache, ids)
}

// observe says what the layers of an image hold: by what is known of them, or else by having them read, for which what is unpacked goes
// into a directory with a name of its own.
func (r *Result) observe(ctx context.Context, img *image.Image, directory string) (*observe.Observation, error) {
	if !r.recalls() {
		return r.readLayers(ctx, img.Platforms, directory)
	}
	out := &observe.Observation{Platforms: make([]observe.Platform, len(img.Platforms))}
	var unknown []int // platforms
	for i, p := range img.Platforms {
		if known := r.known[fmt.Sprint(p.LayerIDs())]; known != nil {
			out.Platforms[i] = *known
		} else {
			unknown = append(unknown, i)
		}
	}
	if len(unknown) == 0 {
		return out, nil
	}
	seen, err := r.readUnknown(ctx, img, unknown, directory)
	if err != nil {
		return nil, err
	}
	for k, i := range unknown {
		out.Platforms[i] = seen.Platforms[k]
		if err := observe.Keep(r.gate.env.Cache, img.Platforms[i], r.request.Policy.IgnoresSecrets(), seen.Platforms[k]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// readUnknown has the layers of some platforms of an image read that were not left in the registry. Where what is known of the others does
// not suffice, it has all of them read.
func (r *Result) readUnknown(ctx context.Context, img *image.Image, platforms []int, directory string) (*observe.Observation, error) {
	of := func(img *image.Image) (out []*image.Platform) {
		for _, i := range platforms {
			out = append(out, img.Platforms[i])
		}
		return out
	}
	seen, err := r.readLayers(ctx, of(img), directory)
	if err == nil || ctx.Err() != nil || !slices.ContainsFunc(of(img), hasAbsent) {
		return seen, err
	}
	r.debug("reading all layers of %s: %s", img.Source, err)
	opt := r.imageOptions()
	opt.Known = nil
	whole, err := image.Open(ctx, img.Source, opt)
	if err != nil {
		return nil, err
	}
	r.onClose(whole.Close)
	if whole.Root.Digest != img.Root.Digest {
		return nil, fmt.Errorf("%s led to %s, and leads to %s now", img.Source, img.Root.Digest, whole.Root.Digest)
	}
	return r.readLayers(ctx, of(whole), directory+"-whole")
}

// hasAbsent tells whether a layer of a platform was left in the registry.
func hasAbsent(p *image.Platform) bool {
	return slices.ContainsFunc(p.Layers, func(l *image.Layer) bool { return l.Absent })
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
