package image_test

import (
	"path/filepath"
	"testing"

	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
)

// What a manifest says of a table of contents is a part of the name: runtimes may see other files by it.
func TestLayerIDHasTables(t *testing.T) {
	t.Parallel()
	img := must(imagetest.OCI(imagetest.Entry{Name: "app:1", Images: []imagetest.Image{twoLayers(imagetest.Gzip, "")}}))(t)
	path := filepath.Join(t.TempDir(), "app.tar")
	if err := img.WriteArchive(path, imagetest.None); err != nil {
		t.Fatal(err)
	}
	p := must(open(t, path, ""))(t).Platforms[0]
	id := func() image.LayerID {
		one, err := p.Layers[0].ID()
		if err != nil || one != p.LayerIDs()[0] {
			t.Errorf("ID() = %v, %v, and the platform says %v", one, err, p.LayerIDs()[0])
		}
		return one
	}
	without := id()
	for _, annotations := range []map[string]string{
		{"org.opencontainers.image.title": "x"},
		{"containerd.io/snapshot/stargz/toc.digest": "sha256:0"},
		{"containerd.io/snapshot/stargz/toc.digest": "sha256:1"},
		{"io.github.containers.zstd-chunked.manifest-position": "1:2:3:1"},
		{"io.github.containers.zstd-chunked.manifest-checksum": "1:2:3:1"},
		{"io.containers.zstd-chunked.manifest-position": "1:2:3:1"},
	} {
		before := id()
		p.Layers[0].Annotations = annotations
		_, harmless := annotations["org.opencontainers.image.title"]
		if got := id(); (got == before) != harmless || (got == without) != harmless {
			t.Errorf("a layer with the annotations %v is %v", annotations, got)
		}
	}
}
