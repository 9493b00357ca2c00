package inventory

import (
	"context"
	"runtime/debug"
	"slices"
	"testing"

	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/layerfs"
	"github.com/layergate/layergate/pkg/spool"
)

// What another version of the program, or of what finds packages, left in the cache is not taken.
func TestCacheKeysDependOnVersions(t *testing.T) {
	t.Parallel()
	module := func(path, version string) *debug.Module { return &debug.Module{Path: path, Version: version} }
	build := func(change func(*debug.BuildInfo)) *debug.BuildInfo {
		info := &debug.BuildInfo{
			Main:     debug.Module{Version: "v1.0.0"},
			Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: "a1"}},
			Deps:     []*debug.Module{module("github.com/anchore/syft", "v1.46.0"), module("github.com/anchore/grype", "v0.115.0"), module("golang.org/x/sync", "v0.1.0")},
		}
		change(info)
		return info
	}
	tests := []struct {
		name   string
		change func(*debug.BuildInfo)
		same   bool
	}{
		{name: "nothing", change: func(*debug.BuildInfo) {}, same: true},
		{name: "a module that finds nothing", change: func(i *debug.BuildInfo) { i.Deps[2].Version = "v0.2.0" }, same: true},
		{name: "the program", change: func(i *debug.BuildInfo) { i.Main.Version = "v1.0.1" }},
		{name: "its revision", change: func(i *debug.BuildInfo) { i.Settings[0].Value = "a2" }},
		{name: "syft", change: func(i *debug.BuildInfo) { i.Deps[0].Version = "v1.47.0" }},
		{name: "grype", change: func(i *debug.BuildInfo) { i.Deps[1].Version = "v0.116.0" }},
		{name: "syft, replaced", change: func(i *debug.BuildInfo) { i.Deps[0].Replace = module("github.com/anchore/syft", "v1.46.1") }},
	}
	keys := func(info *debug.BuildInfo) []string {
		return cacheKeys(identify(builtWith(info), []cataloger{}), []string{"sha256:a", "sha256:b"})
	}
	was := keys(build(func(*debug.BuildInfo) {}))
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for i, key := range keys(build(tt.change)) {
				if (key == was[i]) != tt.same {
					t.Errorf("the key of layer %d is the same: %t, want %t", i, key == was[i], tt.same)
				}
			}
		})
	}
}

// lastKey is a cache that remembers for what it was asked.
type lastKey struct{ key string }

func (l *lastKey) Get(key string) ([]byte, bool) { l.key = key; return nil, false }
func (l *lastKey) Put(string, []byte)            {}

// Take asks the cache by the versions of its own build.
func TestTakeUsesVersionsOfItsBuild(t *testing.T) {
	t.Parallel()
	tree, ids := indexLayer(t)
	asked := &lastKey{}
	if _, err := Take(context.Background(), tree, ids, Options{Cache: asked}); err != nil {
		t.Fatal(err)
	}
	info, ok := debug.ReadBuildInfo()
	if !ok || len(builtWith(info)) == 0 {
		t.Fatal("this test's build knows no versions")
	}
	list := catalogers()
	for i := range list {
		if err := list[i].record(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	if want := cacheKeys(identify(builtWith(info), list), ids); !slices.Contains(want, asked.key) {
		t.Errorf("Take() asked for %s, want %s", asked.key, want)
	}
	if keys, err := Keys(ids); err != nil || !slices.Contains(keys, asked.key) {
		t.Errorf("Keys() = %q, %v, want what Take() asked for, %s", keys, err, asked.key)
	}
}

func indexLayer(t *testing.T) (*layerfs.FS, []string) {
	t.Helper()
	files, err := imagetest.OCI(imagetest.Entry{Images: []imagetest.Image{{Layers: []imagetest.Layer{{Files: []imagetest.File{{Name: "a"}}}}}}})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := files.WriteDir(dir); err != nil {
		t.Fatal(err)
	}
	sp := spool.New(spool.Config{Dir: t.TempDir()})
	t.Cleanup(func() { sp.Close() })
	img, err := image.Open(context.Background(), dir, image.Options{Spool: sp})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { img.Close() })
	layers := img.Platforms[0].Layers
	tree, err := layerfs.New(context.Background(), layers, sp)
	if err != nil {
		t.Fatal(err)
	}
	return tree, []string{layers[0].DiffID}
}
