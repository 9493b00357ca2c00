package imagetest

import (
	"encoding/json"
	"os"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// Files is the content of an archive or a layout by name, in order.
type Files []File

func (f *Files) add(name string, body []byte) { *f = append(*f, File{Name: name, Body: string(body)}) }

func (f *Files) addBlob(body []byte) v1.Hash {
	d := Digest(body)
	name := "blobs/sha256/" + d.Hex
	for _, have := range *f {
		if have.Name == name {
			return d
		}
	}
	f.add(name, body)
	return d
}

// Docker returns an archive as docker save wrote it before version 25: layers as NUMBER/layer.tar, known by their diff
// IDs only.
func Docker(names []string, img Image) (Files, error) {
	b, err := img.build()
	if err != nil {
		return nil, err
	}
	var out Files
	config := Digest(b.config).Hex + ".json"
	out.add(config, b.config)
	var layers []string
	for i, l := range b.stored {
		name := Digest(b.plain[i]).Hex + "/layer.tar"
		layers = append(layers, name)
		out.add(name, l)
	}
	return out, out.addDockerManifest(config, names, layers)
}

func (f *Files) addDockerManifest(config string, names, layers []string) error {
	type entry struct {
		Config   string
		RepoTags []string
		Layers   []string
	}
	raw, err := json.Marshal([]entry{{config, names, layers}})
	if err != nil {
		return err
	}
	f.add("manifest.json", raw)
	return nil
}

// DockerOCI returns an archive as docker save writes it since version 25: an OCI layout that also has a manifest.json.
func DockerOCI(name string, img Image) (Files, error) {
	out, err := OCI(Entry{Name: name, Images: []Image{img}})
	if err != nil {
		return nil, err
	}
	b, err := img.build()
	if err != nil {
		return nil, err
	}
	var layers []string
	for _, l := range b.stored {
		layers = append(layers, "blobs/sha256/"+Digest(l).Hex)
	}
	return out, out.addDockerManifest("blobs/sha256/"+Digest(b.config).Hex, []string{name}, layers)
}

// Entry is one image of an OCI layout: of one platform, or a multi-platform index where there are several images or an
// attestation.
type Entry struct {
	Name        string
	Images      []Image
	Attestation string            // the in-toto statement of an attestation manifest, as BuildKit stores it
	Annotations map[string]string // of the multi-platform index
}

// OCI is an OCI image layout with the given entries.
func OCI(entries ...Entry) (Files, error) {
	var out Files
	out.add("oci-layout", []byte(`{"imageLayoutVersion":"1.0.0"}`))
	index := v1.IndexManifest{SchemaVersion: 2, MediaType: types.OCIImageIndex}
	for _, e := range entries {
		d, err := out.addEntry(e)
		if err != nil {
			return nil, err
		}
		if e.Name != "" {
			d.Annotations = map[string]string{"org.opencontainers.image.ref.name": e.Name}
		}
		index.Manifests = append(index.Manifests, d)
	}
	raw, err := json.Marshal(index)
	if err != nil {
		return nil, err
	}
	out.add("index.json", raw)
	return out, nil
}

func (f *Files) addEntry(e Entry) (v1.Descriptor, error) {
	var children []v1.Descriptor
	for _, img := range e.Images {
		d, err := f.addImage(img)
		if err != nil {
			return v1.Descriptor{}, err
		}
		children = append(children, d)
	}
	if len(children) == 1 && e.Attestation == "" {
		children[0].Platform = nil
		return children[0], nil
	}
	if e.Attestation != "" {
		d, err := f.addAttestation(e.Attestation, children[0].Digest)
		if err != nil {
			return v1.Descriptor{}, err
		}
		children = append(children, d)
	}
	raw, err := json.Marshal(v1.IndexManifest{SchemaVersion: 2, MediaType: types.OCIImageIndex, Manifests: children, Annotations: e.Annotations})
	if err != nil {
		return v1.Descriptor{}, err
	}
	return v1.Descriptor{MediaType: types.OCIImageIndex, Digest: f.addBlob(raw), Size: int64(len(raw))}, nil
}

func (f *Files) addImage(img Image) (v1.Descriptor, error) {
	b, err := img.build()
	if err != nil {
		return v1.Descriptor{}, err
	}
	m := v1.Manifest{
		SchemaVersion: 2, MediaType: types.OCIManifestSchema1,
		Config: v1.Descriptor{MediaType: types.OCIConfigJSON, Digest: f.addBlob(b.config), Size: int64(len(b.config))},
		Layers: []v1.Descriptor{},
	}
	for i, l := range b.stored {
		m.Layers = append(m.Layers, v1.Descriptor{MediaType: b.types[i], Digest: f.addBlob(l), Size: int64(len(l))})
	}
	return f.addManifest(m, b.platform)
}

func (f *Files) addManifest(m v1.Manifest, platform v1.Platform) (v1.Descriptor, error) {
	raw, err := json.Marshal(m)
	if err != nil {
		return v1.Descriptor{}, err
	}
	return v1.Descriptor{MediaType: m.MediaType, Digest: f.addBlob(raw), Size: int64(len(raw)), Platform: &platform}, nil
}

func (f *Files) addAttestation(statement string, subject v1.Hash) (v1.Descriptor, error) {
	body, config := []byte(statement), []byte(`{"architecture":"unknown","os":"unknown","rootfs":{"type":"layers","diff_ids":[]}}`)
	m := v1.Manifest{
		SchemaVersion: 2, MediaType: types.OCIManifestSchema1,
		Config: v1.Descriptor{MediaType: types.OCIConfigJSON, Digest: f.addBlob(config), Size: int64(len(config))},
		Layers: []v1.Descriptor{{MediaType: "application/vnd.in-toto+json", Digest: f.addBlob(body), Size: int64(len(body))}},
	}
	d, err := f.addManifest(m, v1.Platform{OS: "unknown", Architecture: "unknown"})
	d.Annotations = map[string]string{
		"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": subject.String(),
	}
	return d, err
}

// WriteArchive writes files as a tar file, compressed as a whole.
func (f Files) WriteArchive(path string, c Compression) error {
	raw, err := Tar(f)
	if err != nil {
		return err
	}
	if raw, err = Compress(raw, c); err != nil {
		return err
	}
	return os.WriteFile(path, raw, 0o644)
}

// WriteDir writes files into a directory.
func (f Files) WriteDir(dir string) error {
	for _, file := range f {
		path := filepath.Join(dir, filepath.FromSlash(file.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(file.Body), 0o644); err != nil {
			return err
		}
	}
	return nil
}
