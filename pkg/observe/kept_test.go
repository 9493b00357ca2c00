package observe_test

import (
	"slices"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/inventory"
	"github.com/layergate/layergate/pkg/observe"
)

// memory is a store of one value, whatever its key.
type memory struct {
	keys  []string
	value []byte
}

func (m *memory) Get(string) ([]byte, bool) { return m.value, m.value != nil }

func (m *memory) Put(key string, value []byte) { m.keys, m.value = append(m.keys, key), value }

// What is kept comes back for the same layers alone, and only where it can be true.
func TestRecall(t *testing.T) {
	t.Parallel()
	stored, diff := imagetest.Digest([]byte("stored")), imagetest.Digest([]byte("diff"))
	p := &image.Platform{Name: "linux/amd64", Config: v1.ConfigFile{RootFS: v1.RootFS{DiffIDs: []v1.Hash{diff}}}, Layers: []*image.Layer{{Digest: stored}}}
	seen := observe.Platform{
		Layers:    []observe.Layer{{Stored: stored, Unpacked: 10}},
		Inventory: inventory.Inventory{Packages: []inventory.Package{{Package: finding.Package{Name: "lodash", Version: "4.17.4", Type: "npm"}, Path: "/app/package.json", State: finding.Visible}}},
	}
	keep := func(p *image.Platform, noSecrets bool, seen observe.Platform) *memory {
		t.Helper()
		m := &memory{}
		if err := observe.Keep(m, p, noSecrets, seen); err != nil {
			t.Fatal(err)
		}
		return m
	}
	kept := keep(p, false, seen)
	got, err := observe.Recall(kept, p.LayerIDs(), false)
	if err != nil || got == nil {
		t.Fatalf("Recall() = %v, %v", got, err)
	}
	if list := got.Inventory.Packages; len(list) != 1 || list[0].Package != seen.Inventory.Packages[0].Package || !slices.Equal(got.Layers, seen.Layers) {
		t.Errorf("Recall() = %+v, want %+v", got, seen)
	}
	other := *p
	other.Layers = []*image.Layer{{Digest: diff}}
	otherDiff := *p
	otherDiff.Config.RootFS.DiffIDs = []v1.Hash{stored}
	keys := slices.Concat(kept.keys, keep(&other, false, seen).keys, keep(&otherDiff, false, seen).keys, keep(p, true, seen).keys)
	if slices.Sort(keys); len(slices.Compact(keys)) != 4 {
		t.Errorf("the keys of four observations are %q", keys)
	}
	for name, wrong := range map[string]observe.Platform{
		"other bytes":            {Layers: []observe.Layer{{Stored: diff}}},
		"no layer":               {},
		"a package in no layer":  {Layers: seen.Layers, Inventory: inventory.Inventory{Packages: []inventory.Package{{Layer: 7}}}},
		"a negative size":        {Layers: []observe.Layer{{Stored: stored, Unpacked: -1}}},
		"a layer without digest": {Layers: []observe.Layer{{}}},
	} {
		if got, err := observe.Recall(keep(p, false, wrong), p.LayerIDs(), false); got != nil || err != nil {
			t.Errorf("%s: Recall() = %+v, %v, want nothing", name, got, err)
		}
	}
	if got, err := observe.Recall(&memory{value: []byte("no observation")}, p.LayerIDs(), false); got != nil || err != nil {
		t.Errorf("Recall() of something else = %v, %v, want nothing", got, err)
	}
	if got, err := observe.Recall(kept, nil, false); got != nil || err != nil {
		t.Errorf("Recall() of no layers = %v, %v, want nothing", got, err)
	}
}
