package image_test

import (
	"encoding/json"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
)

// signature is a manifest with a signature, as a change makes another of it.
func signature(t *testing.T, change func(*v1.Manifest)) image.Manifest {
	t.Helper()
	blob := func(mt types.MediaType, body string) v1.Descriptor {
		return v1.Descriptor{MediaType: mt, Digest: imagetest.Digest([]byte(body)), Size: int64(len(body)), Data: []byte(body)}
	}
	m := v1.Manifest{
		SchemaVersion: 2, MediaType: types.OCIManifestSchema1, ArtifactType: "application/vnd.dev.sigstore.bundle.v0.3+json",
		Config:  blob("application/vnd.oci.empty.v1+json", "{}"),
		Layers:  []v1.Descriptor{blob("application/vnd.dev.sigstore.bundle.v0.3+json", "signed")},
		Subject: &v1.Descriptor{MediaType: types.OCIManifestSchema1, Digest: imagetest.Digest([]byte("image")), Size: 5},
	}
	change(&m)
	raw, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return image.Manifest{Digest: imagetest.Digest(raw), MediaType: m.MediaType, Raw: raw}
}

func TestParseDocument(t *testing.T) {
	t.Parallel()
	both := signature(t, func(*v1.Manifest) {})
	both.Raw = append([]byte(`{"manifests":[],`), both.Raw[1:]...)
	twice := signature(t, func(*v1.Manifest) {})
	twice.Raw = append([]byte(`{"subject":{"mediaType":"application/vnd.oci.image.manifest.v1+json","size":1,"digest":"sha256:`+strings.Repeat("a", 64)+`"},`), twice.Raw[1:]...)
	other := signature(t, func(*v1.Manifest) {})
	other.MediaType = types.DockerManifestSchema2
	for _, tt := range []struct {
		name     string
		manifest image.Manifest
		want     string // in the error; empty for none
	}{
		{"a signature", signature(t, func(*v1.Manifest) {}), ""},
		{"an index", image.Manifest{MediaType: types.OCIImageIndex, Raw: []byte(`{"schemaVersion":2,"manifests":[]}`)}, "only single manifests with documents are copied"},
		{"an artifact of an old type", image.Manifest{MediaType: "application/vnd.oci.artifact.manifest.v1+json", Raw: []byte(`{}`)}, "only single manifests with documents"},
		{"a large manifest", image.Manifest{MediaType: types.OCIManifestSchema1, Raw: make([]byte, image.MaxDocumentManifest+1)}, "more than 4194304 bytes"},
		{"an index for some readers", both, `has the field "manifests"`},
		{"two subjects", twice, "subject"},
		{"stored as another type", other, "is ambiguous"},
		{"content that is elsewhere", signature(t, func(m *v1.Manifest) { m.Layers[0].URLs = []string{"https://evil.example"} }), "elsewhere than in the registry"},
		{"other content in the descriptor", signature(t, func(m *v1.Manifest) { m.Layers[0].Data = []byte("other") }), "embeds other content"},
		{"another algorithm", signature(t, func(m *v1.Manifest) {
			m.Layers[0].Digest = v1.Hash{Algorithm: "sha512", Hex: strings.Repeat("a", 128)}
		}), "only sha256 is supported"},
		{"many layers", signature(t, func(m *v1.Manifest) {
			for range 2000 {
				m.Layers = append(m.Layers, m.Layers[0])
			}
		}), "layers, more than"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := image.ParseDocument(tt.manifest); (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("ParseDocument() = %v, want %q", err, tt.want)
			}
		})
	}
}

func TestCheckDocument(t *testing.T) {
	t.Parallel()
	const notary = "application/vnd.cncf.notary.signature"
	for _, tt := range []struct {
		name          string
		config, layer types.MediaType
		body          string
		ok            bool
	}{
		{"JSON", "application/vnd.oci.empty.v1+json", "application/vnd.cyclonedx+json", `{"bomFormat":"CycloneDX"}`, true},
		{"a signature of cosign, with an image's configuration", types.OCIConfigJSON, "application/vnd.dev.cosign.simplesigning.v1+json", `{}`, true},
		{"SPDX in lines", types.OCIConfigJSON, "text/spdx", "SPDXVersion: SPDX-2.3\n", true},
		{"a signature of the Notary Project", notary, "application/cose", "\xd2\x84\x00", true},
		{"the same in an image", types.OCIConfigJSON, "application/cose", "\xd2\x84\x00", false},
		{"the same in what old runtimes take for an image", "", "application/cose", "\xd2\x84\x00", false},
		{"a file system", types.OCIConfigJSON, types.OCILayer, "\x1f\x8b\x08\x00", false},
		{"a tar", types.OCIConfigJSON, types.OCIUncompressedLayer, "bin/sh\x00\x00", false},
		{"a program", "application/vnd.wasm.config.v0+json", "application/wasm", "\x00asm\x01\x00", false},
		{"a file system by another name", notary, "application/json", "\x1f\x8b\x08\x00", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			of := &v1.Manifest{Config: v1.Descriptor{MediaType: tt.config}}
			if err := image.CheckDocument(of, v1.Descriptor{MediaType: tt.layer}, []byte(tt.body)); (err == nil) != tt.ok {
				t.Errorf("CheckDocument() = %v, want an error: %t", err, !tt.ok)
			}
		})
	}
}
