package registry_test

import (
	"fmt"
	"testing"

	"github.com/layergate/layergate/pkg/progress/progresstest"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/registrytest"
)

// A push tells how much of it is done: all of the blobs, or nothing where the registry has them already.
func TestPushTellsProgress(t *testing.T) {
	t.Parallel()
	img := open(t)
	content, err := img.Content()
	if err != nil {
		t.Fatal(err)
	}
	total := int64(0)
	for _, b := range content.Blobs {
		total += b.Size
	}
	server := start(t, registrytest.Config{})
	for _, done := range []int64{total, 0} {
		var told progresstest.Recorder
		if err := pushAll(t, server, registry.Config{Meters: &told}, clear(t, img.Digests()...), img); err != nil {
			t.Fatal(err)
		}
		want := fmt.Sprintf("pushing to %s/app: %d of %d", server.Host, done, total)
		if work, open := told.Ended(); len(work) != 1 || work[0] != want || open != 0 {
			t.Errorf("Push() told %q, and %d have not ended; want %q", work, open, want)
		}
	}
}
