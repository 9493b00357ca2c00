package image_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/layergate/layergate/pkg/fault"
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

func TestCheckDigests(t *testing.T) {
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
			wrong, err := image.CheckDigests(context.Background(), p.Layers, 2, meter)
			if at < 0 && (wrong != nil || err != nil) || at >= 0 && (wrong != p.Layers[at] || err == nil) {
				t.Errorf("%s, layers %s: CheckDigests() = %v, %v", name, c, wrong, err)
			}
			says := map[imagetest.Compression]string{imagetest.None: "does not match its diff ID", imagetest.Gzip: "the stored bytes have the digest"}[c]
			if prefix := fmt.Sprintf("reading layer %d (sha256:", at); at >= 0 && (!strings.HasPrefix(err.Error(), prefix) || !strings.Contains(err.Error(), says) || len(fault.Hints(err)) != 1) {
				t.Errorf("%s, layers %s: CheckDigests() = %v with the hints %q, want %q and %q with one", name, c, err, fault.Hints(err), prefix, says)
			}
			if want := p.Layers[0].Stored().Size() + p.Layers[1].Stored().Size(); meter.Done() != want {
				t.Errorf("%s, layers %s: %d bytes are counted, want %d", name, c, meter.Done(), want)
			}
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			if _, err := image.CheckDigests(ctx, p.Layers, 2, nil); !errors.Is(err, context.Canceled) {
				t.Errorf("CheckDigests() = %v after its context ended", err)
			}
		}
	}
}
