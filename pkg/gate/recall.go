package gate

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/dustin/go-humanize/english"

	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/observe"
	"github.com/layergate/layergate/pkg/origin"
	"github.com/layergate/layergate/pkg/progress"
	"github.com/layergate/layergate/pkg/redact"
)

// use is told what is known of a platform, by its index, before its layers are all hashed. What it returns is called where they are others,
// or could not be hashed. A nil one is told nothing.
type use func(platform int, known *observe.Platform) (giveUp func())

// recalls tells whether what the cache knows of a platform takes the place of reading its layers. Nothing of such an image is pushed.
func (r *Result) recalls() bool { return r.request.Audit && r.cache != nil }

// recall looks for what is known of a platform with these layers, and holds on to it: the cache may forget it. It tells which of them
// need not be read.
func (r *Result) recall(ids []image.LayerID) []bool {
	whole, err := observe.Recall(r.cache, ids, r.request.Policy.IgnoresSecrets())
	if err == nil && whole != nil {
		if r.known == nil {
			r.known = map[string]*observe.Platform{}
		}
		r.known[fmt.Sprint(ids)] = whole
		return slices.Repeat([]bool{true}, len(ids))
	}
	known := make([]bool, len(ids))
	for i, id := range ids {
		known[i] = observe.KnowsLayer(r.cache, id)
	}
	return known
}

// recallInTurn is recall, once no other image that is looked at reads one of the layers.
func (r *Result) recallInTurn(ctx context.Context, ids []image.LayerID) []bool {
	r.turn.begin(ctx, ids)
	known := r.recall(ids)
	var unread []image.LayerID
	for i, id := range ids {
		if known[i] {
			unread = append(unread, id)
		}
	}
	r.turn.end(unread...)
	return known
}

// observe says what the layers of an image hold: by what is known of them, or else by having them read, for which what is unpacked goes
// into a directory with a name of its own.
func (r *Result) observe(ctx context.Context, img *image.Image, directory string, use use) (*observe.Observation, error) {
	if r.cache == nil {
		return r.readLayers(ctx, img.Platforms, directory)
	}
	out := &observe.Observation{Platforms: make([]observe.Platform, len(img.Platforms))}
	var unknown []int // platforms
	for i, p := range img.Platforms {
		known, err := r.knownPlatform(ctx, p, i, use)
		if err != nil {
			return nil, err
		}
		if known == nil {
			unknown = append(unknown, i)
		} else {
			out.Platforms[i] = *known
		}
	}
	if r.unpackTooMuch(img, out.Platforms) {
		return r.readLayers(ctx, img.Platforms, directory)
	}
	if len(unknown) == 0 {
		return out, nil
	}
	seen, err := r.readUnknown(ctx, img, unknown, directory, use)
	if err != nil {
		return nil, err
	}
	for k, i := range unknown {
		out.Platforms[i] = seen.Platforms[k]
		if err := observe.Keep(r.cache, img.Platforms[i], r.request.Policy.IgnoresSecrets(), seen.Platforms[k]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// knownPlatform is what the cache knows of a platform; nil where that is nothing. Layers that are here are hashed, as they are when they are
// read.
func (r *Result) knownPlatform(ctx context.Context, p *image.Platform, index int, use use) (*observe.Platform, error) {
	if known := r.known[fmt.Sprint(p.LayerIDs())]; known != nil || hasAbsent(p) {
		return known, nil
	}
	if p.Expect(ctx) != nil {
		return nil, ctx.Err() // whoever reads the layers says why that cannot be done
	}
	known, err := observe.Recall(r.cache, p.LayerIDs(), r.request.Policy.IgnoresSecrets())
	if err != nil || known == nil {
		return nil, err
	}
	step := Step{Kind: Reading, Platform: p.Name, Count: len(p.Layers)}
	r.step(step)
	meter := progress.Begin(r.request.Meters, step.String(), stored(p))
	defer meter.End()
	giveUp := func() {}
	if use != nil {
		giveUp = use(index, known)
	}
	if _, err := image.CheckDigests(ctx, p.Layers, r.gate.parallel(), meter); err != nil {
		giveUp()
		return nil, cmp.Or(ctx.Err(), fmt.Errorf("%s: %w", p.Name, err))
	}
	r.debug("%s: the layers have the digests of which the cache knows what they hold", p.Name)
	return known, nil
}

// unpackTooMuch tells whether platforms would be refused if their layers were unpacked: they may be known from a run that allowed more.
func (r *Result) unpackTooMuch(img *image.Image, known []observe.Platform) bool {
	left, limited := r.spool.Left()
	for i, p := range img.Platforms {
		if hasAbsent(p) {
			continue
		}
		for k, l := range known[i].Layers {
			if l.Stored.String() != p.Layers[k].DiffID { // it is compressed
				left -= l.Unpacked
			}
		}
	}
	return limited && left < 0
}

// readUnknown has the layers of some platforms of an image read that were not left in the registry. Where what is known of the others does
// not suffice, it has all of them read.
func (r *Result) readUnknown(ctx context.Context, img *image.Image, platforms []int, directory string, tell use) (*observe.Observation, error) {
	of := func(img *image.Image) (out []*image.Platform) {
		for _, i := range platforms {
			out = append(out, img.Platforms[i])
		}
		return out
	}
	seen, err := r.readUnknownLayers(ctx, of(img), directory, func(k int, seen *observe.Platform) (giveUp func()) {
		if tell == nil {
			return func() {}
		}
		return tell(platforms[k], seen)
	})
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

// readUnknownLayers has layers of platforms read of which the cache does not know what they hold. The others are hashed meanwhile: what was
// seen counts only where they have their digests. use is told of what was seen before that, by the index of the platform here.
func (r *Result) readUnknownLayers(ctx context.Context, platforms []*image.Platform, directory string, use use) (*observe.Observation, error) {
	var known []*image.Layer
	of := map[*image.Layer]string{} // the names of their platforms
	var size int64
	for _, p := range platforms {
		ids := p.LayerIDs()
		for i, l := range p.Layers {
			if !l.Absent && observe.KnowsLayer(r.cache, ids[i]) {
				known, of[l] = append(known, l), p.Name
				size += l.Stored().Size()
				l.Known = true
				defer func() { l.Known = false }()
			}
		}
	}
	if len(known) == 0 {
		return r.readLayers(ctx, platforms, directory)
	}
	hashed := make(chan error, 1)
	go func() {
		meter := progress.Begin(r.request.Meters, "hashing "+english.Plural(len(known), "known layer", ""), size)
		defer meter.End()
		wrong, err := image.CheckDigests(ctx, known, r.gate.parallel(), meter)
		if err != nil {
			err = fmt.Errorf("%s: %w", of[wrong], err)
		}
		hashed <- err
	}()
	seen, err := r.readLayers(ctx, platforms, directory)
	var giveUps []func()
	if err == nil {
		for i := range seen.Platforms {
			giveUps = append(giveUps, use(i, &seen.Platforms[i]))
		}
	}
	wrong := <-hashed
	if wrong == nil {
		return seen, err
	}
	for _, giveUp := range giveUps {
		giveUp()
	}
	return nil, cmp.Or(ctx.Err(), wrong)
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
