package image

import (
	"bytes"
	"io"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/spool"
)

const baseDigest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

func TestBase(t *testing.T) {
	t.Parallel()
	const about = `{"subject":[{"digest":{"sha256":"aa"}}],"predicate":`
	debian := Base{"debian:12", baseDigest}
	tests := []struct {
		name       string
		manifest   string
		labels     map[string]string
		provenance []string
		want       Base
	}{
		{name: "nothing is said", manifest: `{}`},
		{name: "annotations", manifest: `{"annotations":{"org.opencontainers.image.base.name":"debian:12","org.opencontainers.image.base.digest":"` + baseDigest + `"}}`, want: debian},
		{name: "a digest that is none", manifest: `{"annotations":{"org.opencontainers.image.base.name":"debian:12","org.opencontainers.image.base.digest":"latest"}}`, want: Base{Name: "debian:12"}},
		{name: "labels", labels: map[string]string{"org.opencontainers.image.base.name": "alpine:3"}, want: Base{Name: "alpine:3"}},
		{name: "provenance 0.2", provenance: []string{about + `{"materials":[{"uri":"pkg:docker/debian@12?platform=linux%2Famd64","digest":{"sha256":"` + baseDigest[7:] + `"}},{"uri":"https://example.com/x","digest":{}}]}}`}, want: debian},
		{name: "provenance 1", provenance: []string{about + `{"buildDefinition":{"resolvedDependencies":[{"uri":"pkg:docker/registry.example%3A5000/debian@12"}]}}}`}, want: Base{Name: "registry.example:5000/debian:12"}},
		{name: "of another image", provenance: []string{`{"subject":[{"digest":{"sha256":"bb"}}],"predicate":{"materials":[{"uri":"pkg:docker/debian@12"}]}}`}},
		{name: "several images", provenance: []string{about + `{"materials":[{"uri":"pkg:docker/debian@12"},{"uri":"pkg:docker/node@20"}]}}`}},
		{name: "no provenance", provenance: []string{`[]`, `{"subject":1}`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := &Platform{Manifest: Manifest{Digest: v1.Hash{Algorithm: "sha256", Hex: "aa"}, Raw: []byte(tt.manifest)}}
			p.Config.Config.Labels = tt.labels
			img := &Image{}
			for _, s := range tt.provenance {
				img.attestations = append(img.attestations, Blob{MediaType: inTotoMediaType, open: func() io.Reader { return bytes.NewReader([]byte(s)) }})
			}
			if diff := cmp.Diff(tt.want, img.Base(p)); diff != "" {
				t.Errorf("Base() (-want +got):\n%s", diff)
			}
		})
	}
}

// BuildKit's provenance of an image without a name has no subject: what is stored beside a manifest is about that.
func TestMaterialsOfNoSubject(t *testing.T) {
	t.Parallel()
	for provenance, want := range map[string][]Base{ // it is stored for the first platform
		`{"subject":[],"predicate":{"buildDefinition":{"resolvedDependencies":[{"uri":"pkg:docker/debian@12"}]}}}`:                           {{Name: "debian:12"}, {}},
		`{"subject":[{"digest":{"sha256":"bb"}}],"predicate":{"buildDefinition":{"resolvedDependencies":[{"uri":"pkg:docker/debian@12"}]}}}`: {{}, {}},
	} {
		testMaterials(t, provenance, want)
	}
}

func testMaterials(t *testing.T, provenance string, bases []Base) {
	t.Helper()
	image := func(platform string) imagetest.Image {
		return imagetest.Image{Platform: platform, Layers: []imagetest.Layer{{Files: []imagetest.File{{Name: "f", Body: platform}}}}}
	}
	files, err := imagetest.OCI(imagetest.Entry{Images: []imagetest.Image{image("linux/amd64"), image("linux/arm64")}, Attestation: provenance})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "image.tar")
	if err := files.WriteArchive(path, imagetest.None); err != nil {
		t.Fatal(err)
	}
	sp := spool.New(spool.Config{Dir: t.TempDir()})
	t.Cleanup(func() { sp.Close() })
	img, err := Open(t.Context(), path, Options{Spool: sp})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { img.Close() })
	for i, want := range bases {
		if got := img.Base(img.Platforms[i]); got != want {
			t.Errorf("Base(%s) = %+v, want %+v by %s", img.Platforms[i].Name, got, want, provenance)
		}
	}
}
