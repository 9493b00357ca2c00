package image_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/layergate/layergate/pkg/imagetest"
)

// layout puts an OCI layout together piece by piece, so that any piece can be wrong.
type layout struct{ files imagetest.Files }

// blob adds a blob, a string as it is and all else as JSON, and describes it.
func (l *layout) blob(mt types.MediaType, content any) v1.Descriptor {
	body, ok := content.(string)
	if !ok {
		raw, err := json.Marshal(content)
		if err != nil {
			panic(err)
		}
		body = string(raw)
	}
	digest := imagetest.Digest([]byte(body))
	l.files = append(l.files, imagetest.File{Name: "blobs/sha256/" + digest.Hex, Body: body})
	return v1.Descriptor{MediaType: mt, Size: int64(len(body)), Digest: digest}
}

// image adds an image of one layer after change was at its configuration and manifest, the latter without a
// configuration yet.
func (l *layout) image(change func(*v1.ConfigFile, *v1.Manifest)) v1.Descriptor {
	layer := l.blob(types.OCIUncompressedLayer, "a layer")
	config := v1.ConfigFile{OS: "linux", Architecture: "amd64", RootFS: v1.RootFS{Type: "layers", DiffIDs: []v1.Hash{layer.Digest}}}
	manifest := v1.Manifest{SchemaVersion: 2, MediaType: types.OCIManifestSchema1, Layers: []v1.Descriptor{layer}}
	if change != nil {
		change(&config, &manifest)
	}
	manifest.Config = l.blob(types.OCIConfigJSON, config)
	return l.blob(manifest.MediaType, manifest)
}

// index adds an index of the given manifests.
func (l *layout) index(manifests ...v1.Descriptor) v1.Descriptor {
	return l.blob(types.OCIImageIndex, v1.IndexManifest{SchemaVersion: 2, MediaType: types.OCIImageIndex, Manifests: manifests})
}

// attestation adds an attestation with a statement, marked as one.
func (l *layout) attestation(statement string) v1.Descriptor {
	d := l.image(func(c *v1.ConfigFile, m *v1.Manifest) {
		*c = v1.ConfigFile{OS: "unknown", Architecture: "unknown"}
		m.Layers = []v1.Descriptor{l.blob("application/vnd.in-toto+json", statement)}
	})
	return marked(d, &v1.Platform{OS: "unknown", Architecture: "unknown"})
}

// about is an index of an image and an attestation that has a subject.
func about(l *layout, subject v1.Descriptor) v1.Descriptor {
	d := l.image(func(c *v1.ConfigFile, m *v1.Manifest) {
		*c = v1.ConfigFile{OS: "unknown", Architecture: "unknown"}
		m.Layers, m.Subject = []v1.Descriptor{l.blob("application/vnd.in-toto+json", "{}")}, &subject
	})
	return l.index(l.image(nil), marked(d, &v1.Platform{OS: "unknown", Architecture: "unknown"}))
}

func marked(d v1.Descriptor, p *v1.Platform) v1.Descriptor {
	d.Annotations, d.Platform = map[string]string{"vnd.docker.reference.type": "attestation-manifest"}, p
	return d
}

// write writes the layout with an index.json that leads to root.
func (l *layout) write(t *testing.T, root v1.Descriptor) string {
	t.Helper()
	raw := must(json.Marshal(v1.IndexManifest{SchemaVersion: 2, Manifests: []v1.Descriptor{root}}))(t)
	path := filepath.Join(t.TempDir(), "app.tar")
	if err := append(l.files, imagetest.File{Name: "index.json", Body: string(raw)}).WriteArchive(path, imagetest.None); err != nil {
		t.Fatal(err)
	}
	return path
}

// What could not be scanned whole, would be scanned as something else than it is run as, or asks for too much, is
// refused.
func TestOpenRefusesLayouts(t *testing.T) {
	t.Parallel()
	layers := func(diffIDs, layers int) func(l *layout) v1.Descriptor {
		return func(l *layout) v1.Descriptor {
			return l.image(func(c *v1.ConfigFile, m *v1.Manifest) {
				id, d := c.RootFS.DiffIDs[0], m.Layers[0]
				c.RootFS.DiffIDs, m.Layers = nil, nil
				for range diffIDs {
					c.RootFS.DiffIDs = append(c.RootFS.DiffIDs, id)
				}
				for range layers {
					m.Layers = append(m.Layers, d)
				}
			})
		}
	}
	tests := []struct {
		name    string
		build   func(l *layout) v1.Descriptor
		wantErr string // none where empty
	}{
		{name: "an image", build: layers(1, 1)},
		{name: "an image with an attestation", build: func(l *layout) v1.Descriptor { return l.index(l.image(nil), l.attestation("{}")) }},
		{name: "as many layers as are allowed", build: layers(512, 512)},
		{name: "more layers", build: layers(513, 513), wantErr: "names 513 layers, more than 512"},
		{name: "fewer diff IDs than layers", build: layers(1, 2), wantErr: "has 2 layers, but its configuration names 1"},
		{name: "more diff IDs than layers", build: layers(2, 1), wantErr: "has 1 layers, but its configuration names 2"},
		{name: "a layer that is no file system", build: func(l *layout) v1.Descriptor {
			return l.image(func(_ *v1.ConfigFile, m *v1.Manifest) { m.Layers[0].MediaType = "text/plain" })
		}, wantErr: "holds no tar"},
		{name: "a layer by another kind of digest", build: func(l *layout) v1.Descriptor {
			return l.image(func(_ *v1.ConfigFile, m *v1.Manifest) {
				m.Layers[0].Digest = v1.Hash{Algorithm: "sha512", Hex: strings.Repeat("ab", 64)}
			})
		}, wantErr: "only sha256 is"},
		{name: "a diff ID by another kind of digest", build: func(l *layout) v1.Descriptor {
			return l.image(func(c *v1.ConfigFile, _ *v1.Manifest) {
				c.RootFS.DiffIDs[0] = v1.Hash{Algorithm: "sha512", Hex: strings.Repeat("ab", 64)}
			})
		}, wantErr: "layer 0 of linux/amd64 has a diff ID by sha512, and only sha256 is supported"},
		{name: "a large manifest", build: func(l *layout) v1.Descriptor {
			l.image(nil)
			return l.blob(types.OCIManifestSchema1, l.files[len(l.files)-1].Body+strings.Repeat(" ", 4<<20))
		}, wantErr: "more than the 4194304 that are allowed"},
		{name: "a large configuration", build: func(l *layout) v1.Descriptor {
			return l.image(func(c *v1.ConfigFile, _ *v1.Manifest) { c.Author = strings.Repeat("x", 32<<20) })
		}, wantErr: "more than the 33554432 that are allowed"},
		{name: "indexes in indexes", build: func(l *layout) v1.Descriptor {
			d := l.image(nil)
			for range 5 {
				d = l.index(d)
			}
			return d
		}, wantErr: "nested too deeply"},
		{name: "many manifests", build: func(l *layout) v1.Descriptor {
			children := []v1.Descriptor{l.image(nil)}
			for i := range 1000 {
				children = append(children, l.blob(types.OCIImageIndex, fmt.Sprintf(`{"schemaVersion":2,"manifests":[],"annotations":{"n":"%d"}}`, i)))
			}
			return l.index(children...)
		}, wantErr: "names more than 1000 manifests"},
		{name: "deep JSON", build: func(l *layout) v1.Descriptor {
			return l.blob(types.OCIImageIndex, `{"schemaVersion":2,"manifests":[],"x":`+strings.Repeat("[", 70)+strings.Repeat("]", 70)+`}`)
		}, wantErr: "nested too deeply"},
		{name: "attestations only", build: func(l *layout) v1.Descriptor { return l.index(l.attestation("{}")) }, wantErr: "names no image that could be scanned"},
		{name: "one manifest as two types", build: func(l *layout) v1.Descriptor {
			d := l.image(func(_ *v1.ConfigFile, m *v1.Manifest) { m.MediaType = "" })
			d.MediaType = types.OCIManifestSchema1
			docker := d
			docker.MediaType = types.DockerManifestSchema2
			return l.index(d, docker)
		}, wantErr: "is listed twice with conflicting descriptors"},
		{name: "one manifest as an image and as an attestation", build: func(l *layout) v1.Descriptor {
			d := l.image(nil)
			return l.index(d, marked(d, &v1.Platform{OS: "unknown", Architecture: "unknown"}))
		}, wantErr: "is listed twice with conflicting descriptors"},
		{name: "many statements", build: func(l *layout) v1.Descriptor {
			d := l.image(func(c *v1.ConfigFile, m *v1.Manifest) {
				*c = v1.ConfigFile{OS: "unknown", Architecture: "unknown"}
				statement := l.blob("application/vnd.in-toto+json", "{}")
				m.Layers = slices.Repeat([]v1.Descriptor{statement}, 513)
			})
			return l.index(l.image(nil), marked(d, &v1.Platform{OS: "unknown", Architecture: "unknown"}))
		}, wantErr: "names 513 statements, more than 512"},
		{name: "many large manifests", build: func(l *layout) v1.Descriptor {
			var children []v1.Descriptor
			for i := range 17 {
				children = append(children, l.blob(types.OCIImageIndex, fmt.Sprintf(`{"schemaVersion":2,"manifests":[],"annotations":{"n":"%d%s"}}`, i, strings.Repeat("x", 4_000_000))))
			}
			return l.index(append(children, l.image(nil))...)
		}, wantErr: "more than the 67108864 bytes that are allowed in all"},
		{name: "many large configurations", build: func(l *layout) v1.Descriptor {
			var children []v1.Descriptor
			for i := range 3 {
				children = append(children, l.image(func(c *v1.ConfigFile, _ *v1.Manifest) { c.Author = fmt.Sprint(i, strings.Repeat("x", 30_000_000)) }))
			}
			return l.index(children...)
		}, wantErr: "more than the 67108864 bytes that are allowed in all"},
		{name: "a statement about another image", build: func(l *layout) v1.Descriptor { return about(l, v1.Descriptor{Digest: imagetest.Digest([]byte("x"))}) },
			wantErr: "names another image as its subject"},
		{name: "a statement about the image itself", build: func(l *layout) v1.Descriptor { return about(l, l.image(nil)) }},
		{name: "an image as a statement about another", build: func(l *layout) v1.Descriptor {
			return l.image(func(_ *v1.ConfigFile, m *v1.Manifest) {
				m.Subject = &v1.Descriptor{Digest: imagetest.Digest([]byte("x"))}
			})
		}, wantErr: "names another image as its subject"},
		{name: "an index as a statement about another", build: func(l *layout) v1.Descriptor {
			return l.blob(types.OCIImageIndex, v1.IndexManifest{SchemaVersion: 2, Manifests: []v1.Descriptor{l.image(nil)}, Subject: &v1.Descriptor{Digest: imagetest.Digest([]byte("x"))}})
		}, wantErr: "names another image as its subject"},
		{name: "a statement that is a list", build: func(l *layout) v1.Descriptor { return l.index(l.image(nil), l.attestation("[]")) }, wantErr: "is not an in-toto statement"},
		{name: "a statement that is no JSON", build: func(l *layout) v1.Descriptor { return l.index(l.image(nil), l.attestation("{x")) }, wantErr: "is not an in-toto statement"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := &layout{}
			_, err := open(t, l.write(t, tt.build(l)), "")
			if tt.wantErr == "" && err != nil || tt.wantErr != "" && err == nil {
				t.Fatalf("Open() = %v, want an error with %q", err, tt.wantErr)
			}
			checkError(t, err, tt.wantErr, false)
		})
	}
}

// A runtime takes what is marked as an attestation for an image, unless its platform is unknown altogether: it is
// scanned.
func TestOpenScansHalfAttestations(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]*v1.Platform{
		"no platform": nil, "an operating system": {OS: "linux", Architecture: "unknown"}, "an architecture": {OS: "unknown", Architecture: "amd64"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &layout{}
			other := l.image(func(c *v1.ConfigFile, _ *v1.Manifest) {
				if c.Architecture = "arm64"; p != nil {
					c.OS, c.Architecture = p.OS, p.Architecture
				}
			})
			img := must(open(t, l.write(t, l.index(l.image(nil), marked(other, p))), ""))(t)
			if len(img.Platforms) != 2 {
				t.Errorf("Open() found %d platforms, want both scanned", len(img.Platforms))
			}
		})
	}
}

// What docker save never writes is refused: a list of images without one, or without a configuration.
func TestOpenRefusesDockerManifests(t *testing.T) {
	t.Parallel()
	config := strings.Repeat("ab", 32) + ".json"
	for name, tt := range map[string]struct{ manifest, wantErr string }{
		"no image":              {`[]`, "names no image"},
		"no configuration":      {`[{"Config":"","Layers":[]}]`, "unsafe configuration file"},
		"a climbing one":        {`[{"Config":"../` + config + `","Layers":[]}]`, "unsafe configuration file"},
		"one without a digest":  {`[{"Config":"config.json","Layers":[]}]`, "the image configuration config.json is listed but missing"},
		"one that is not there": {`[{"Config":"` + config + `","Layers":[]}]`, "is listed but missing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "app.tar")
			if err := (imagetest.Files{{Name: "manifest.json", Body: tt.manifest}}).WriteArchive(path, imagetest.None); err != nil {
				t.Fatal(err)
			}
			_, err := open(t, path, "")
			if err == nil {
				t.Fatal("Open() gives no error")
			}
			checkError(t, err, tt.wantErr, false)
		})
	}
}

// Only regular files are read: to open a pipe is to wait for its writer.
func TestOpenWantsRegularFiles(t *testing.T) {
	t.Parallel()
	_, err := open(t, os.DevNull, "")
	checkError(t, err, "it is not a regular file", false)
	dir := t.TempDir()
	l := &layout{}
	d := l.image(nil)
	raw := must(json.Marshal(v1.IndexManifest{SchemaVersion: 2, Manifests: []v1.Descriptor{d}}))(t)
	if err := (imagetest.Files{{Name: "index.json", Body: string(raw)}, {Name: "blobs/sha256/" + d.Digest.Hex + "/x"}}).WriteDir(dir); err != nil {
		t.Fatal(err)
	}
	_, err = open(t, dir, "")
	checkError(t, err, "is not a regular file", false)
}

// An image without a manifest names no digest, and has nothing to push.
func TestUnsealedImageHasNoContent(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "app.tar")
	if err := must(imagetest.Docker([]string{"app:1"}, twoLayers(imagetest.None, "")))(t).WriteArchive(path, imagetest.None); err != nil {
		t.Fatal(err)
	}
	img := must(open(t, path, ""))(t)
	if d := img.Digests(); d != nil {
		t.Errorf("Digests() = %q, want none", d)
	}
	if c, err := img.Content(); err == nil || len(c.Manifests) > 0 {
		t.Errorf("Content() = %+v, %v, want an error", c, err)
	}
}

// The digest that a manifest declares for a layer is not replaced by another.
func TestVerifiedComparesDigests(t *testing.T) {
	t.Parallel()
	l := &layout{}
	img := must(open(t, l.write(t, l.image(nil)), ""))(t)
	layer := img.Platforms[0].Layers[0]
	declared := layer.Digest
	if err := layer.Verified(imagetest.Digest([]byte("another layer"))); err == nil || layer.Digest != declared {
		t.Errorf("Verified() = %v, and the digest is %s, want an error and %s", err, layer.Digest, declared)
	}
	if err := layer.Verified(declared); err != nil {
		t.Errorf("Verified() = %v for the declared digest", err)
	}
}
