package layerfs_test

import (
	"context"
	"encoding/json"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/layerfs"
	"github.com/layergate/layergate/pkg/spool"
)

// An image whose manifest and configuration agree with each other, but not with a layer's bytes, is not believed.
func TestNewChecksDigests(t *testing.T) {
	t.Parallel()
	img := imagetest.Image{Layers: []imagetest.Layer{{Files: []imagetest.File{file("a", "honest")}, Compression: imagetest.Gzip}}}
	tests := []struct {
		name    string
		lie     func(t *testing.T, files imagetest.Files)
		wantErr string
	}{
		{"nothing", func(*testing.T, imagetest.Files) {}, ""},
		{"other layer bytes", swapLayer, "the stored bytes have the digest"},
		{"other diff ID", lieAboutDiffID, "does not match its diff ID"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			files, err := imagetest.OCI(imagetest.Entry{Images: []imagetest.Image{img}})
			if err != nil {
				t.Fatal(err)
			}
			tt.lie(t, files)
			path := filepath.Join(t.TempDir(), "image.tar")
			if err := files.WriteArchive(path, imagetest.None); err != nil {
				t.Fatal(err)
			}
			sp := spool.New(spool.Config{Dir: t.TempDir()})
			defer sp.Close()
			opened, err := image.Open(context.Background(), path, image.Options{Spool: sp})
			if err != nil {
				t.Fatal(err)
			}
			defer opened.Close()
			_, err = layerfs.New(context.Background(), opened.Platforms[0].Layers, sp)
			if (err == nil) != (tt.wantErr == "") || err != nil && !strings.Contains(err.Error(), tt.wantErr) {
				t.Errorf("New() = %v, want an error with %q", err, tt.wantErr)
			}
			if err != nil && len(fault.Hints(err)) != 1 {
				t.Errorf("New() = %v with the hints %q, want one", err, fault.Hints(err))
			}
		})
	}
}

// Of several layers that are wrong the lowest is named in each run, although those above it are found first.
func TestNewNamesTheLowestWrongLayer(t *testing.T) {
	t.Parallel()
	larger := imagetest.Layer{Files: []imagetest.File{file("large", strings.Repeat("large ", 200_000))}, Compression: imagetest.Gzip}
	small := imagetest.Layer{Files: []imagetest.File{file("small", "small")}, Compression: imagetest.Gzip}
	files, err := imagetest.OCI(imagetest.Entry{Images: []imagetest.Image{{Layers: []imagetest.Layer{small, larger, small, small}}}})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "image.tar")
	if err := files.WriteArchive(path, imagetest.None); err != nil {
		t.Fatal(err)
	}
	sp := spool.New(spool.Config{Dir: t.TempDir()})
	t.Cleanup(func() { sp.Close() })
	img, err := image.Open(context.Background(), path, image.Options{Spool: sp})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { img.Close() })
	layers := img.Platforms[0].Layers
	for _, l := range layers[1:] {
		l.DiffID = "sha256:" + strings.Repeat("ab", 32)
	}
	wrong := slices.Clone(layers)
	for range 20 {
		if _, err := layerfs.New(context.Background(), layers, sp); err == nil || !strings.HasPrefix(err.Error(), "reading layer 1 (") || !strings.Contains(err.Error(), "diff ID") {
			t.Fatalf("New() = %v, want that layer 1 does not match its diff ID", err)
		}
	}
	const size = 4 << 30
	large := &zeros{}
	wrong[2] = layers[2].WithData(io.NewSectionReader(large, 0, size))
	if _, err := layerfs.New(context.Background(), wrong, sp); err == nil || large.read.Load() >= size {
		t.Errorf("New() = %v, after %d bytes of the layer above the wrong one", err, large.read.Load())
	}
}

// zeros are so many that nobody reads them all for nothing.
type zeros struct{ read atomic.Int64 }

func (z *zeros) ReadAt(p []byte, _ int64) (int, error) {
	clear(p)
	z.read.Add(int64(len(p)))
	return len(p), nil
}

// swapLayer changes a byte of the gzip header that does not change the content.
func swapLayer(t *testing.T, files imagetest.Files) {
	t.Helper()
	for i, f := range files {
		if strings.HasPrefix(f.Body, "\x1f\x8b") {
			body := []byte(f.Body)
			body[9] ^= 1 // operating system
			files[i].Body = string(body)
			return
		}
	}
	t.Fatal("there is no gzip layer")
}

// lieAboutDiffID changes the configuration's diff ID and every digest that depends on it.
func lieAboutDiffID(t *testing.T, files imagetest.Files) {
	t.Helper()
	replace := func(part string, change func(body string) string) (from, to v1.Hash, size int) {
		for i, f := range files {
			if !strings.Contains(f.Body, part) || f.Name == "index.json" && part != "manifests" {
				continue
			}
			from = imagetest.Digest([]byte(f.Body))
			files[i].Body = change(f.Body)
			to = imagetest.Digest([]byte(files[i].Body))
			files[i].Name = strings.ReplaceAll(f.Name, from.Hex, to.Hex)
			return from, to, len(files[i].Body)
		}
		t.Fatalf("there is no file with %q", part)
		return
	}
	from, to, _ := replace(`"diff_ids"`, func(body string) string {
		var c v1.ConfigFile
		if err := json.Unmarshal([]byte(body), &c); err != nil {
			t.Fatal(err)
		}
		return strings.Replace(body, c.RootFS.DiffIDs[0].Hex, strings.Repeat("ab", 32), 1)
	})
	from2, to2, _ := replace(`"layers":[`, func(body string) string { return strings.Replace(body, from.Hex, to.Hex, 1) })
	replace("manifests", func(body string) string { return strings.Replace(body, from2.Hex, to2.Hex, 1) })
}
