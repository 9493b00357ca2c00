package image_test

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/registrytest"
)

const (
	chartConfig   = "application/vnd.cncf.helm.config.v1+json"
	chart         = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
	empty         = "application/vnd.oci.empty.v1+json"
	simpleSigning = "application/vnd.dev.cosign.simplesigning.v1+json"
	layer         = string(types.OCILayer)
)

// stored is a manifest with one layer.
type manifestOf struct {
	mediaType              types.MediaType // OCI's where it is empty
	artifact, config, mime string
	body                   string
	more                   string // fields of the manifest
}

// put stores a manifest under a tag, and returns its descriptor.
func (s manifestOf) put(t *testing.T, server *registrytest.Server, tag string) v1.Descriptor {
	t.Helper()
	of := func(mt, body string) v1.Descriptor {
		if err := server.StoreBlob("app", []byte(body)); err != nil {
			t.Fatal(err)
		}
		return v1.Descriptor{MediaType: types.MediaType(mt), Digest: imagetest.Digest([]byte(body)), Size: int64(len(body))}
	}
	if s.mediaType == "" {
		s.mediaType = types.OCIManifestSchema1
	}
	m := v1.Manifest{SchemaVersion: 2, MediaType: s.mediaType, ArtifactType: s.artifact, Config: of(s.config, "{}")}
	m.Layers = []v1.Descriptor{}
	if s.mime != "none" {
		m.Layers = append(m.Layers, of(s.mime, s.body))
	}
	raw := must(json.Marshal(m))(t)
	raw = append(raw[:len(raw)-1], s.more+"}"...)
	if err := server.StoreManifest("app", tag, s.mediaType, raw); err != nil {
		t.Fatal(err)
	}
	return v1.Descriptor{MediaType: s.mediaType, Digest: imagetest.Digest(raw), Size: int64(len(raw))}
}

// textTar is a tar that is text: one of the oldest format, which has no magic number.
func textTar(t *testing.T) string {
	t.Helper()
	block := bytes.Repeat([]byte(" "), 512)
	copy(block, strings.Repeat("n", 100)+"0000644 0000000 0000000 00000000000 00000000000         0")
	sum := int64(0)
	for _, b := range block {
		sum += int64(b)
	}
	octal := []byte("000000 ")
	for i := 5; sum > 0; i, sum = i-1, sum/8 {
		octal[i] = byte('0' + sum%8)
	}
	copy(block[148:], octal)
	if _, err := tar.NewReader(bytes.NewReader(block)).Next(); err != nil {
		t.Fatalf("it is no tar: %v", err)
	}
	return string(block)
}

// What nothing can run is told by its type. What a runtime could take for an image is one, whatever it says of itself.
func TestArtifactType(t *testing.T) {
	t.Parallel()
	imageConfig := string(types.OCIConfigJSON)
	for _, tt := range []struct {
		name string
		of   manifestOf
		want string
	}{
		{"a chart", manifestOf{config: chartConfig, mime: chart, body: "\x1f\x8b\x00"}, chartConfig},
		{"an artifact with an empty configuration", manifestOf{artifact: "application/vnd.layergate.policy.v1", config: empty, mime: "application/yaml"}, "application/vnd.layergate.policy.v1"},
		{"an artifact without content", manifestOf{artifact: "application/vnd.example", config: empty, mime: "none"}, "application/vnd.example"},
		{"cosign's signature", manifestOf{config: imageConfig, mime: simpleSigning, body: `{"critical":{}}`}, simpleSigning},
		{"cosign's statement", manifestOf{config: imageConfig, mime: "application/vnd.dsse.envelope.v1+json", body: `{"payload":""}`}, "application/vnd.dsse.envelope.v1+json"},
		{"a signature with a type of artifacts", manifestOf{artifact: "application/vnd.example", config: imageConfig, mime: simpleSigning, body: `{"critical":{}}`}, "application/vnd.example"},
		{"an image", manifestOf{config: imageConfig, mime: layer}, ""},
		{"an empty image", manifestOf{config: imageConfig, mime: "none"}, ""},
		{"an image with a type of artifacts", manifestOf{artifact: "application/vnd.example", config: imageConfig, mime: layer}, ""},
		{"a layer behind another configuration", manifestOf{config: chartConfig, mime: layer}, ""},
		{"a module of WebAssembly", manifestOf{config: "application/vnd.wasm.config.v0+json", mime: "application/wasm", body: "\x00asm"}, ""},
		{"a module of WebAssembly with its configuration alone", manifestOf{config: "application/vnd.wasm.config.v1+json", mime: "application/octet-stream", body: "\x00asm"}, ""},
		{"a module of WebAssembly behind another configuration", manifestOf{config: "application/vnd.fermyon.spin.application.v1+config", mime: "application/vnd.wasm.content.layer.v1+wasm", body: "\x00asm"}, ""},
		{"an artifact that says it is one", manifestOf{artifact: "application/vnd.example.WASM", config: empty, mime: "application/octet-stream", body: "\x00asm"}, ""},
		{"a module of WebAssembly that is text", manifestOf{config: imageConfig, mime: "application/wasm", body: "(module)"}, ""},
		{"an image of Singularity", manifestOf{config: "application/vnd.sylabs.sif.config.v1+json", mime: "application/vnd.sylabs.sif.layer.v1.sif", body: "\x00"}, ""},
		{"Docker's layer behind another configuration", manifestOf{config: chartConfig, mime: string(types.DockerLayer)}, ""},
		{"a layer of a type that a runtime may know", manifestOf{config: chartConfig, mime: "application/vnd.oci.image.layer.v1.tar+gzip+encrypted"}, ""},
		{"a layer without a type", manifestOf{config: chartConfig}, ""},
		{"a configuration without a type", manifestOf{mime: chart, body: "\x00"}, ""},
		{"a configuration of a type that says nothing", manifestOf{config: "application/octet-stream", mime: chart, body: "\x00"}, ""},
		{"Docker's manifest, of which not all runtimes look at the types", manifestOf{mediaType: types.DockerManifestSchema2, config: chartConfig, mime: chart, body: "\x00"}, ""},
		{"bytes that are called a signature", manifestOf{config: imageConfig, mime: simpleSigning, body: "\x1f\x8b\x00"}, ""},
		{"a tar that is text and called a signature", manifestOf{config: imageConfig, mime: simpleSigning, body: textTar(t)}, ""},
		{"a manifest that is an index to others", manifestOf{config: chartConfig, mime: chart, more: `,"manifests":[]`}, ""},
		{"a field that some readers take for another", manifestOf{config: chartConfig, mime: chart, more: `,"Layers":[]`}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := startRegistry(t, registrytest.Config{})
			tt.of.put(t, server, "1")
			if got := kind(t, server); got != tt.want {
				t.Errorf("ArtifactType() = %q, want %q", got, tt.want)
			}
		})
	}
}

// kind is what is under the tag 1.
func kind(t *testing.T, server *registrytest.Server) string {
	t.Helper()
	repo := must(must(registry.New(registry.Config{}))(t).Image(server.Host + "/app:1"))(t)
	ctx := context.Background()
	return must(image.ArtifactType(ctx, repo, must(repo.Root(ctx))(t)))(t)
}

// An index is an artifact where all its manifests are, as in a list of referrers.
func TestArtifactTypeOfIndex(t *testing.T) {
	t.Parallel()
	list := string(types.OCIImageIndex)
	for _, tt := range []struct {
		name, mime, want string
		change           func(*v1.Descriptor)
		more             string // fields of the index
	}{
		{name: "signatures", mime: chart, want: list},
		{name: "an image beside a signature", mime: layer},
		{name: "one of another type than the list says", mime: chart, change: func(d *v1.Descriptor) { d.MediaType = types.DockerManifestSchema2 }},
		{name: "something else", mime: chart, change: func(d *v1.Descriptor) { d.MediaType = "application/vnd.example" }},
		{name: "an index that is a manifest to others", mime: chart, more: `,"layers":[]`},
		{name: "a field that some readers take for another", mime: chart, more: `,"Manifests":[]`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := startRegistry(t, registrytest.Config{})
			second := manifestOf{config: chartConfig, mime: tt.mime, body: "2"}.put(t, server, "b")
			if tt.change != nil {
				tt.change(&second)
			}
			index := v1.IndexManifest{SchemaVersion: 2, MediaType: types.OCIImageIndex, Manifests: []v1.Descriptor{manifestOf{config: chartConfig, mime: chart, body: "1"}.put(t, server, "a"), second}}
			raw := must(json.Marshal(index))(t)
			if err := server.StoreManifest("app", "1", types.OCIImageIndex, append(raw[:len(raw)-1], tt.more+"}"...)); err != nil {
				t.Fatal(err)
			}
			if got := kind(t, server); got != tt.want {
				t.Errorf("ArtifactType() = %q, want %q", got, tt.want)
			}
		})
	}
}

// What is called a document is read to the end before it is taken for one, unless it is too large. An error says that it could not be.
func TestArtifactTypeByContent(t *testing.T) {
	t.Parallel()
	const text = `{"critical":{}}`
	of := imagetest.Digest([]byte(text))
	signature := v1.Descriptor{MediaType: simpleSigning, Digest: of, Size: int64(len(text))}
	broken := errors.New("the connection broke")
	for _, tt := range []struct {
		name  string
		size  int64
		blobs map[v1.Hash]io.Reader
		want  string
		fails string
	}{
		{name: "a document", size: 15, blobs: map[v1.Hash]io.Reader{of: strings.NewReader(text)}, want: simpleSigning},
		{name: "one of the largest size", size: 256 << 20, blobs: map[v1.Hash]io.Reader{of: strings.NewReader(text)}, want: simpleSigning},
		{name: "a larger one, which is not asked for", size: 256<<20 + 1},
		{name: "other content", size: 15, blobs: map[v1.Hash]io.Reader{of: strings.NewReader("{}")}},
		{name: "none", size: 15, fails: "there is no " + of.String()},
		{name: "one that breaks off", size: 15, blobs: map[v1.Hash]io.Reader{of: io.MultiReader(strings.NewReader("{"), iotest.ErrReader(broken))}, fails: "reading " + of.String() + ": the connection broke"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			signature := signature
			signature.Size = tt.size
			raw := must(json.Marshal(v1.Manifest{SchemaVersion: 2, Config: v1.Descriptor{MediaType: types.OCIConfigJSON, Digest: of}, Layers: []v1.Descriptor{signature}}))(t)
			m := image.Manifest{MediaType: types.OCIManifestSchema1, Digest: imagetest.Digest(raw), Raw: raw}
			repo := shelf{blobs: tt.blobs, open: new(int)}
			got, err := image.ArtifactType(context.Background(), repo, m)
			if got != tt.want || (err == nil) != (tt.fails == "") || err != nil && err.Error() != tt.fails {
				t.Errorf("ArtifactType() = %q, %v, want %q, %q", got, err, tt.want, tt.fails)
			}
			if *repo.open != 0 {
				t.Errorf("%d blobs are left open", *repo.open)
			}
		})
	}
	raw := must(json.Marshal(v1.IndexManifest{SchemaVersion: 2, Manifests: []v1.Descriptor{{MediaType: types.OCIManifestSchema1, Digest: of}}}))(t)
	if got, err := image.ArtifactType(context.Background(), shelf{}, image.Manifest{MediaType: types.OCIImageIndex, Raw: raw}); err == nil {
		t.Errorf("ArtifactType() of an index of which a manifest is gone = %q, want an error", got)
	}
}
