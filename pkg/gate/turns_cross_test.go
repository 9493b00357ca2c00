package gate

import (
	"context"
	"testing"

	"github.com/layergate/layergate/pkg/image"
)

// Images of several platforms that share layers crosswise do not wait for each other.
func TestTurnsDoNotCross(t *testing.T) {
	t.Parallel()
	var all turns
	one, two := image.LayerID{Tables: "1"}, image.LayerID{Tables: "2"}
	a, b := all.turn(), all.turn()
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // who waits goes away with nothing
	a.begin(ctx, []image.LayerID{one})
	b.begin(ctx, []image.LayerID{two})
	a.begin(ctx, []image.LayerID{two})
	if !a.layers[two] {
		t.Error("who reads a layer waits for another one")
	}
	c := all.turn()
	if c.begin(ctx, []image.LayerID{two}); len(c.layers) > 0 {
		t.Error("a layer that others read is not waited for")
	}
	b.endAll()
	if c.begin(ctx, []image.LayerID{two}); len(c.layers) > 0 {
		t.Error("a layer is not waited for that one of two still reads")
	}
	a.endAll()
	if c.begin(ctx, []image.LayerID{two}); !c.layers[two] {
		t.Error("a layer that nobody reads is waited for")
	}
}
