package image_test

import (
	"context"
	"io"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/spool"
)

// FuzzOpen opens damaged archives. Plain go test runs the seeds and some hundred mutations of them.
func FuzzOpen(f *testing.F) {
	img := twoLayers(imagetest.Gzip, "")
	var seeds [][]byte
	for _, build := range []func() (imagetest.Files, error){
		func() (imagetest.Files, error) { return imagetest.Docker([]string{"app:1"}, img) },
		func() (imagetest.Files, error) { return imagetest.DockerOCI("app:1", img) },
		func() (imagetest.Files, error) {
			return imagetest.OCI(imagetest.Entry{Images: []imagetest.Image{img, twoLayers(imagetest.Zstd, "linux/arm64")}, Attestation: "{}"})
		},
	} {
		files, err := build()
		if err != nil {
			f.Fatal(err)
		}
		raw, err := imagetest.Tar(files)
		if err != nil {
			f.Fatal(err)
		}
		for _, c := range []imagetest.Compression{imagetest.None, imagetest.Gzip, imagetest.Zstd} {
			packed, err := imagetest.Compress(raw, c)
			if err != nil {
				f.Fatal(err)
			}
			seeds = append(seeds, packed)
		}
	}
	random := rand.New(rand.NewSource(1))
	for _, seed := range seeds {
		f.Add(seed)
		for range 30 {
			f.Add(mutate(random, seed))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		path := filepath.Join(dir, "image")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		sp := spool.New(spool.Config{Dir: dir, Memory: 1 << 16, Limit: 8 << 20})
		defer sp.Close()
		opened, err := image.Open(context.Background(), path, image.Options{Spool: sp})
		if err != nil {
			if strings.ContainsAny(err.Error(), "\n\r") {
				t.Errorf("the error has several lines: %q", err)
			}
			return
		}
		defer opened.Close()
		for _, p := range opened.Platforms {
			if len(p.Layers) != len(p.Config.RootFS.DiffIDs) {
				t.Errorf("%d layers, %d diff IDs", len(p.Layers), len(p.Config.RootFS.DiffIDs))
			}
			for _, l := range p.Layers {
				if n, err := io.Copy(io.Discard, l.Stored()); err != nil || n != l.Size {
					t.Errorf("layer %d: read %d of %d bytes: %v", l.Index, n, l.Size, err)
				}
			}
		}
		if opened.Sealed() {
			if _, err := opened.Content(); err != nil {
				t.Errorf("Content: %v", err)
			}
		}
	})
}

// mutate damages a copy of data: flipped, cut, repeated and zeroed bytes.
func mutate(random *rand.Rand, data []byte) []byte {
	out := append([]byte{}, data...)
	for range 1 + random.Intn(8) {
		if len(out) < 2 {
			return out
		}
		i := random.Intn(len(out))
		switch random.Intn(4) {
		case 0:
			out[i] ^= 1 << random.Intn(8)
		case 1:
			out = out[:i]
		case 2:
			out = append(out[:i:i], append(out[max(0, i-random.Intn(512)):i:i], out[i:]...)...)
		case 3:
			clear(out[i:min(len(out), i+random.Intn(64))])
		}
	}
	return out
}
