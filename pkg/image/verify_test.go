package image_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/progress"
)

// Layers have the names, before they are verified, that they have afterwards, whether the archive names their digests or not.
func TestExpectNamesLayers(t *testing.T) {
	t.Parallel()
	for _, c := range []imagetest.Compression{imagetest.None, imagetest.Gzip, imagetest.Zstd} {
		var want []v1.Hash
		for _, l := range twoLayers(c, "").Layers {
			want = append(want, imagetest.Digest(must(imagetest.Compress(must(imagetest.Tar(l.Files))(t), c))(t)))
		}
		for name, files := range map[string]imagetest.Files{
			"docker save": must(imagetest.Docker([]string{"app:1"}, twoLayers(c, "")))(t),
			"OCI":         must(imagetest.OCI(imagetest.Entry{Name: "app:1", Images: []imagetest.Image{twoLayers(c, "")}}))(t),
		} {
			path := filepath.Join(t.TempDir(), "app.tar")
			if err := files.WriteArchive(path, imagetest.None); err != nil {
				t.Fatal(err)
			}
			p := must(open(t, path, ""))(t).Platforms[0]
			if err := p.Expect(context.Background()); err != nil {
				t.Fatal(err)
			}
			var got []v1.Hash
			for _, id := range p.LayerIDs() {
				got = append(got, id.Digest)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s, layers %s: expected digests are %v, want %v", name, c, got, want)
			}
		}
	}
}

func TestHaveDigests(t *testing.T) {
	t.Parallel()
	for _, c := range []imagetest.Compression{imagetest.None, imagetest.Gzip} {
		for name, at := range map[string]int{"as they were": -1, "the first is another": 0, "the last is another": 1} {
			files := must(imagetest.Docker([]string{"app:1"}, twoLayers(c, "")))(t)
			path := filepath.Join(t.TempDir(), "app.tar")
			if err := files.WriteArchive(path, imagetest.None); err != nil {
				t.Fatal(err)
			}
			p := must(open(t, path, ""))(t).Platforms[0]
			if err := p.Expect(context.Background()); err != nil {
				t.Fatal(err)
			}
			if at >= 0 {
				stored := must(imagetest.Compress(must(imagetest.Tar(twoLayers(c, "").Layers[at].Files))(t), c))(t)
				raw := must(os.ReadFile(path))(t)
				raw[bytes.Index(raw, stored)+len(stored)-5] ^= 1
				if err := os.WriteFile(path, raw, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			meter := progress.NewMeter("", 0, func() {})
			same, err := image.HaveDigests(context.Background(), p.Layers, 2, meter)
			if same != (at < 0) || err != nil {
				t.Errorf("%s, layers %s: HaveDigests() = %t, %v", name, c, same, err)
			}
			if want := p.Layers[0].Stored().Size() + p.Layers[1].Stored().Size(); meter.Done() != want {
				t.Errorf("%s, layers %s: %d bytes are counted, want %d", name, c, meter.Done(), want)
			}
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			if same, err := image.HaveDigests(ctx, p.Layers, 2, nil); same || err == nil {
				t.Errorf("HaveDigests() = %t, %v after its context ended", same, err)
			}
		}
	}
}
