package gate

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/layergate/layergate/pkg/image"
)

// turns has images that are looked at at the same time read the layers that they share once: whoever comes later waits, and then
// finds in the cache what they hold.
type turns struct {
	mu      sync.Mutex
	read    map[image.LayerID]int // how many read a layer now
	changed chan struct{}         // is closed when one of them is done
}

// turn is what one image reads.
type turn struct {
	of     *turns
	layers map[image.LayerID]bool
}

func (t *turns) turn() *turn { return &turn{of: t, layers: map[image.LayerID]bool{}} }

// begin waits until nobody else reads one of the layers, or ctx ends. Who reads something already does not wait: two could wait for
// each other.
func (t *turn) begin(ctx context.Context, ids []image.LayerID) {
	for {
		changed := t.take(ids)
		if changed == nil {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}

// take takes all of the layers and returns nil, or none, and returns what is closed when somebody gives layers back.
func (t *turn) take(ids []image.LayerID) <-chan struct{} {
	t.of.mu.Lock()
	defer t.of.mu.Unlock()
	if len(t.layers) == 0 && slices.ContainsFunc(ids, func(id image.LayerID) bool { return t.of.read[id] > 0 }) {
		if t.of.changed == nil {
			t.of.changed = make(chan struct{})
		}
		return t.of.changed
	}
	if t.of.read == nil {
		t.of.read = map[image.LayerID]int{}
	}
	for _, id := range ids {
		if !t.layers[id] {
			t.layers[id] = true
			t.of.read[id]++
		}
	}
	return nil
}

// end gives layers back.
func (t *turn) end(ids ...image.LayerID) {
	t.of.mu.Lock()
	defer t.of.mu.Unlock()
	for _, id := range ids {
		if t.layers[id] {
			delete(t.layers, id)
			t.of.read[id]--
		}
	}
	if t.of.changed != nil {
		close(t.of.changed)
		t.of.changed = nil
	}
}

// endAll gives all layers back.
func (t *turn) endAll() { t.end(slices.Collect(maps.Keys(t.layers))...) }
