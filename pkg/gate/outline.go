package gate

import (
	"context"
	"sync"

	"github.com/layergate/layergate/pkg/image"
)

// outlines are those that images of registries have, by what was asked: many images are built on one.
type outlines struct {
	mu    sync.Mutex
	asked map[outlineKey]*outline
}

type outlineKey struct{ ref, platform string }

type outline struct {
	mu   sync.Mutex
	done bool
	image.Outline
	err error
}

// Outline reads what the configuration of an image in a registry says, for one platform. The registry is asked once: the answer, an
// error included, is the same for as long as the gate is open.
func (g *Gate) Outline(ctx context.Context, ref, platform string) (image.Outline, error) {
	o := g.outlines.of(outlineKey{ref, platform})
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.done {
		return o.Outline, o.err
	}
	repo, err := g.client.Image(ref)
	if err == nil {
		o.Outline, err = image.ReadOutline(ctx, repo, platform)
	}
	if ctx.Err() != nil {
		return image.Outline{}, ctx.Err() // whoever asks next may have more time
	}
	o.done, o.err = true, err
	return o.Outline, o.err
}

func (o *outlines) of(key outlineKey) *outline {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.asked == nil {
		o.asked = map[outlineKey]*outline{}
	}
	if o.asked[key] == nil {
		o.asked[key] = &outline{}
	}
	return o.asked[key]
}
