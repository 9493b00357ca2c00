package gate_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/gate"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/observe"
	"github.com/layergate/layergate/pkg/report"
	"github.com/layergate/layergate/pkg/spool"
)

// store is a cache in memory.
type store struct {
	mu     sync.Mutex
	values map[string][]byte
	hits   int
	of     map[string]int // hits of each key
}

func newStore() *store { return &store{values: map[string][]byte{}, of: map[string]int{}} }

func (s *store) Get(key string) ([]byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.values[key]
	if ok {
		s.hits++
		s.of[key]++
	}
	return v, ok
}

func (s *store) Put(key string, value []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.values[key] = value
}

// family is an image of a Debian base, two layers of packages and a last one.
func family(last string) imagetest.Image {
	status := "Package: %s\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.2.11.dfsg-2+deb11u1\nDescription: x\n\n"
	one := bytes.ReplaceAll([]byte(status), []byte("%s"), []byte("zlib1g"))
	two := append(bytes.Clone(one), bytes.ReplaceAll([]byte(status), []byte("%s"), []byte("zlib1g-dev"))...)
	return imagetest.Image{Layers: []imagetest.Layer{
		{CreatedBy: "base", Files: []imagetest.File{
			{Name: "etc/os-release", Body: "ID=debian\nVERSION_ID=\"11\"\nPRETTY_NAME=\"Debian 11\"\n"},
			{Name: "var/lib/dpkg/status", Body: string(one)},
		}},
		{CreatedBy: "RUN apt-get install zlib1g-dev", Files: []imagetest.File{{Name: "var/lib/dpkg/status", Body: string(two)}}},
		{CreatedBy: "RUN npm install", Compression: imagetest.Zstd, Files: []imagetest.File{
			{Name: "app/node_modules/lodash/package.json", Body: `{"name":"lodash","version":"4.17.4","license":"MIT"}`},
			{Name: "app/node_modules/minimist/package.json", Body: `{"name":"minimist","version":"0.0.8"}`},
		}},
		{CreatedBy: last, Files: []imagetest.File{
			{Name: "app/node_modules/.wh.minimist"},
			{Name: "app/package.json", Body: `{"name":"` + last + `","version":"1.0.0"}`},
		}},
	}}
}

// reports inspects an image and returns all that was written.
func reports(t *testing.T, image string, change func(*setup)) map[string]string {
	t.Helper()
	t.Chdir(filepath.Dir(image)) // so that the reports name the same source
	cfg := config(t, filepath.Base(image))
	change(&cfg)
	result, err := inspect(context.Background(), t, cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := result.Close(); err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, name := range []string{report.JSONFile, report.SARIFFile, report.MarkdownFile, report.SBOMFile} {
		raw, err := os.ReadFile(filepath.Join(cfg.OutputDir, name))
		if err != nil {
			t.Fatal(err)
		}
		out[name] = string(raw)
	}
	return out
}

func same(t *testing.T, what string, a, b map[string]string) {
	t.Helper()
	for name := range a {
		if a[name] != b[name] {
			t.Errorf("%s: %s differs", what, name)
		}
	}
}

// The cache and the number of things done at once change no byte of any report.
func TestCacheAndParallelismChangeNothing(t *testing.T) {
	one, two := write(t, "oci", family("one")), write(t, "oci", family("two"))
	cache := newStore()
	plain := reports(t, one, func(*setup) {})
	same(t, "serial", plain, reports(t, one, func(cfg *setup) { cfg.Serial = true }))
	same(t, "first with a cache", plain, reports(t, one, func(cfg *setup) { cfg.Cache = cache }))
	if cache.hits != 0 {
		t.Errorf("%d hits in the first run, want none", cache.hits)
	}
	before := len(cache.values)
	same(t, "second with a cache", plain, reports(t, one, func(cfg *setup) { cfg.Cache = cache }))
	if cache.hits != 5 || len(cache.values) != before {
		t.Errorf("%d hits and %d entries after the second run, want 5 and %d: what all layers hold, the advisories about two kinds of packages, what was found in them, and what in other versions", cache.hits, len(cache.values), before)
	}

	plain = reports(t, two, func(*setup) {})
	hits := cache.hits
	clear(cache.of)
	var known [][]bool // the layers of each image that was read
	same(t, "another last layer", plain, reports(t, two, func(cfg *setup) {
		cfg.Cache = cache
		cfg.Observe = func(ctx context.Context, req observe.Request, host observe.Host) (*observe.Observation, error) {
			for _, p := range req.Platforms {
				var of []bool
				for _, l := range p.Layers {
					of = append(of, l.Known)
				}
				known = append(known, of)
			}
			return observe.InProcess(ctx, req, host)
		}
	}))
	if diff := cmp.Diff([][]bool{{true, true, true, false}}, known); diff != "" {
		t.Errorf("layers known when another image of the base is read (-want +got):\n%s", diff)
	}
	if got := cache.hits - hits; got < 9 {
		t.Errorf("%d hits with another image of the base, want 9: the entries, packages and secrets of three layers", got)
	}
	for key, n := range cache.of {
		if n != 1 {
			t.Errorf("%s is read %d times with another image of the base, want once", key, n)
		}
	}
	if got := len(cache.values) - before; got != 5 {
		t.Errorf("%d entries more after another image of the base, want 5: three of its own layer, what all layers hold, and what was found in it", got)
	}
}

// Entries that cannot be read are made again.
func TestDamagedCatalogueIsMadeAgain(t *testing.T) {
	image := write(t, "oci", family("one"))
	plain := reports(t, image, func(*setup) {})
	cache := newStore()
	reports(t, image, func(cfg *setup) { cfg.Cache = cache })
	for key, value := range cache.values {
		cache.values[key] = value[:len(value)/2]
	}
	same(t, "after damage", plain, reports(t, image, func(cfg *setup) { cfg.Cache = cache }))
}

// A configuration that claims the diff ID of a known and clean layer for other bytes does not get what is known of that layer, or of an
// image of it: what the cache says counts for bytes alone that have the digests.
func TestLyingDiffIDGainsNothingFromTheCache(t *testing.T) {
	image := func(last string) imagetest.Image {
		clean := family(last)
		clean.Layers[2] = imagetest.Layer{CreatedBy: "COPY readme", Files: []imagetest.File{{Name: "app/readme", Body: "nothing here"}}}
		return clean
	}
	harmless, err := imagetest.Tar(image("one").Layers[2].Files)
	if err != nil {
		t.Fatal(err)
	}
	evil, err := imagetest.Tar(family("one").Layers[2].Files)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, last string // the layer on top, which may be known as well
		bytes      string // that are said to be the harmless layer
	}{
		{name: "a known image, other files", last: "one", bytes: string(evil)},
		{name: "a known image, one byte", last: "one", bytes: strings.Replace(string(harmless), "here", "herE", 1)},
		{name: "known layers, other files", last: "two", bytes: string(evil)},
		{name: "known layers, one byte", last: "two", bytes: strings.Replace(string(harmless), "here", "herE", 1)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cache := newStore()
			reports(t, write(t, "docker", image("one")), func(cfg *setup) { cfg.Cache = cache })
			files, err := imagetest.Docker([]string{"app:1"}, image(tt.last))
			if err != nil {
				t.Fatal(err)
			}
			lies := 0
			for i, f := range files {
				if f.Body == string(harmless) {
					files[i].Body = tt.bytes
					lies++
				}
			}
			if lies != 1 {
				t.Fatalf("%d layers replaced, want 1", lies)
			}
			path := filepath.Join(t.TempDir(), "lie.tar")
			if err := files.WriteArchive(path, imagetest.None); err != nil {
				t.Fatal(err)
			}
			cfg := config(t, path)
			cfg.Cache = cache
			read := 0
			cfg.Progress = func(step gate.Step) {
				if step.Kind == gate.Reading {
					read++
				}
			}
			before := cache.hits
			_, err = inspect(context.Background(), t, cfg)
			if read != 1 {
				t.Errorf("the layers are read %d times, want once", read)
			}
			if err == nil || !strings.Contains(err.Error(), "reading layer 2 ") || !strings.Contains(err.Error(), "does not match its diff ID") {
				t.Errorf("Inspect() = %v, want an error that tells the lie", err)
			}
			if cache.hits == before {
				t.Error("the cache was not asked, so that nothing could have been gained from it")
			}
		})
	}
}

// What is known of an image that unpacks to more than is allowed does not let it through.
func TestKnownImageKeepsToTheLimit(t *testing.T) {
	image := write(t, "oci", family("one"))
	cache := newStore()
	reports(t, image, func(cfg *setup) { cfg.Cache = cache })
	cfg := config(t, image)
	cfg.Cache, cfg.MaxUnpacked = cache, 100
	if _, err := inspect(context.Background(), t, cfg); !errors.Is(err, spool.ErrLimit) {
		t.Errorf("Inspect() = %v, want %v", err, spool.ErrLimit)
	}
}
