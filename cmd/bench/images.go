package main

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// config is the part of an image's configuration that says which layers it has.
type config struct {
	Architecture string `json:"architecture"`
	OS           string `json:"os"`
	RootFS       struct {
		Type    string   `json:"type"`
		DiffIDs []string `json:"diff_ids"`
	} `json:"rootfs"`
	History []history `json:"history"`
}

type history struct {
	CreatedBy string `json:"created_by"`
}

func configOf(layers []layer) []byte {
	c := config{Architecture: "amd64", OS: "linux"}
	c.RootFS.Type = "layers"
	for _, l := range layers {
		c.RootFS.DiffIDs = append(c.RootFS.DiffIDs, "sha256:"+l.diffID)
		c.History = append(c.History, history{"COPY " + filepath.Base(l.path) + " / # buildkit"})
	}
	raw, err := json.Marshal(c)
	if err != nil {
		panic(err) // a struct of strings can be marshalled
	}
	return raw
}

// writeLayer writes a small layer of one file.
func writeLayer(path, name string, body []byte) (layer, error) {
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	if err := errors.Join(writeFile(w, name, body), w.Close()); err != nil {
		return layer{}, err
	}
	if err := os.WriteFile(path, buf.Bytes(), 0o644); err != nil {
		return layer{}, err
	}
	return newLayer(path)
}

// writeFile writes a regular file into a tar.
func writeFile(w *tar.Writer, name string, body []byte) error {
	if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(body))}); err != nil {
		return err
	}
	_, err := w.Write(body)
	return err
}

// writeArchive writes layers as docker save does, which is made of layers that are not compressed.
func writeArchive(path string, layers []layer) error {
	logf("writing %s", filepath.Base(path))
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w := tar.NewWriter(f)
	raw := configOf(layers)
	manifest := struct {
		Config   string
		RepoTags []string
		Layers   []string
	}{Config: hexDigest(raw) + ".json", RepoTags: []string{"bench:1"}}
	for _, l := range layers {
		name := l.diffID + "/layer.tar"
		manifest.Layers = append(manifest.Layers, name)
		if err := copyIn(w, name, l); err != nil {
			return err
		}
	}
	list, err := json.Marshal([]any{manifest})
	if err != nil {
		return err
	}
	if err := errors.Join(writeFile(w, manifest.Config, raw), writeFile(w, "manifest.json", list)); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return f.Close()
}

func copyIn(w *tar.Writer, name string, l layer) error {
	f, err := os.Open(l.path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: l.size}); err != nil {
		return err
	}
	_, err = io.Copy(w, f)
	return err
}

// The media types of the OCI image specification.
const (
	mediaManifest = "application/vnd.oci.image.manifest.v1+json"
	mediaConfig   = "application/vnd.oci.image.config.v1+json"
	mediaLayer    = "application/vnd.oci.image.layer.v1.tar"
)

// layout is an OCI layout directory whose images share blobs.
type layout struct {
	dir    string
	images []tagged
}

// tagged is a manifest under a tag.
type tagged struct {
	tag, digest string // sha256, hexadecimal
	manifest    []byte
}

type descriptor struct {
	MediaType   string            `json:"mediaType"`
	Digest      string            `json:"digest"`
	Size        int64             `json:"size"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

// blobs is the directory of the blobs.
func (o *layout) blobs() string { return filepath.Join(o.dir, "blobs") }

func (o *layout) path(digest string) string { return filepath.Join(o.blobs(), "sha256", digest) }

// add adds an image under a tag.
func (o *layout) add(tag string, layers []layer) error {
	if err := os.MkdirAll(o.path(""), 0o755); err != nil {
		return err
	}
	config := configOf(layers)
	manifest := struct {
		SchemaVersion int          `json:"schemaVersion"`
		MediaType     string       `json:"mediaType"`
		Config        descriptor   `json:"config"`
		Layers        []descriptor `json:"layers"`
	}{2, mediaManifest, descriptor{MediaType: mediaConfig, Digest: "sha256:" + hexDigest(config), Size: int64(len(config))}, nil}
	for _, l := range layers {
		if err := os.Link(l.path, o.path(l.digest)); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		d := descriptor{MediaType: mediaLayer, Digest: "sha256:" + l.digest, Size: l.size}
		if l.gzipped() {
			d.MediaType += "+gzip"
		}
		manifest.Layers = append(manifest.Layers, d)
	}
	raw, err := json.Marshal(manifest)
	if err != nil {
		return err
	}
	o.images = append(o.images, tagged{tag, hexDigest(raw), raw})
	return errors.Join(os.WriteFile(o.path(hexDigest(config)), config, 0o644), os.WriteFile(o.path(hexDigest(raw)), raw, 0o644))
}

// close completes the layout.
func (o *layout) close() error {
	index := struct {
		SchemaVersion int          `json:"schemaVersion"`
		Manifests     []descriptor `json:"manifests"`
	}{SchemaVersion: 2}
	for _, i := range o.images {
		index.Manifests = append(index.Manifests, descriptor{mediaManifest, "sha256:" + i.digest, int64(len(i.manifest)),
			map[string]string{"org.opencontainers.image.ref.name": i.tag}})
	}
	raw, err := json.Marshal(index)
	if err != nil {
		return err
	}
	return errors.Join(os.WriteFile(filepath.Join(o.dir, "index.json"), raw, 0o644),
		os.WriteFile(filepath.Join(o.dir, "oci-layout"), []byte(`{"imageLayoutVersion":"1.0.0"}`), 0o644))
}

func hexDigest(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// family writes n images with gzip'd layers that share a base and differ in their last layer.
func family(dir string, base []layer, n int) (*layout, error) {
	o := &layout{dir: filepath.Join(dir, "family")}
	if err := os.RemoveAll(o.dir); err != nil {
		return nil, err
	}
	base, err := compressed(base)
	if err != nil {
		return nil, err
	}
	for i := range n {
		last, err := lastLayer(dir, i)
		if err != nil {
			return nil, err
		}
		own, err := compressed([]layer{last})
		if err != nil {
			return nil, err
		}
		if err := o.add(member(i), slices.Concat(base, own)); err != nil {
			return nil, err
		}
	}
	return o, o.close()
}

// member is the tag of an image of the family.
func member(i int) string { return fmt.Sprintf("service-%d", i) }

// lastLayer makes the layer that a rebuild changes: the application's own code.
func lastLayer(dir string, i int) (layer, error) {
	body := fmt.Sprintf(`{"name":"service-%d","version":"1.0.%d"}`, i, i)
	return writeLayer(filepath.Join(dir, fmt.Sprintf("last-%d.tar", i)), "srv/service/package.json", []byte(body))
}
