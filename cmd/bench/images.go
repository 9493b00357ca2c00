package main

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
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
	if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(body))}); err != nil {
		return layer{}, err
	}
	if _, err := w.Write(body); err != nil {
		return layer{}, err
	}
	if err := w.Close(); err != nil {
		return layer{}, err
	}
	if err := os.WriteFile(path, buf.Bytes(), 0o644); err != nil {
		return layer{}, err
	}
	return newLayer(path)
}

// writeArchive writes layers as docker save does, unless the archive exists.
func writeArchive(path string, layers []layer) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	logf("writing %s", filepath.Base(path))
	f, err := os.Create(path + ".part")
	if err != nil {
		return err
	}
	defer f.Close()
	w := tar.NewWriter(f)
	raw := configOf(layers)
	sum := sha256.Sum256(raw)
	manifest := struct {
		Config   string
		RepoTags []string
		Layers   []string
	}{Config: hex.EncodeToString(sum[:]) + ".json", RepoTags: []string{"bench:1"}}
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
	for name, body := range map[string][]byte{manifest.Config: raw, "manifest.json": list} {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(body))}); err != nil {
			return err
		}
		if _, err := w.Write(body); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(path+".part", path)
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

// layout is an OCI layout directory whose images share blobs.
type layout struct {
	dir       string
	manifests []map[string]any
}

func (o *layout) blob(path string, l layer) error {
	name := filepath.Join(o.dir, "blobs", "sha256", l.diffID)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	if err := os.Link(path, name); err != nil && !os.IsExist(err) {
		return err
	}
	return nil
}

func (o *layout) bytes(raw []byte) (string, error) {
	sum := sha256.Sum256(raw)
	d := hex.EncodeToString(sum[:])
	return d, os.WriteFile(filepath.Join(o.dir, "blobs", "sha256", d), raw, 0o644)
}

// add adds an image under a tag.
func (o *layout) add(tag string, layers []layer) error {
	type descriptor = map[string]any
	manifest := descriptor{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json"}
	var list []descriptor
	for _, l := range layers {
		if err := o.blob(l.path, l); err != nil {
			return err
		}
		list = append(list, descriptor{"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": "sha256:" + l.diffID, "size": l.size})
	}
	raw := configOf(layers)
	d, err := o.bytes(raw)
	if err != nil {
		return err
	}
	manifest["config"] = descriptor{"mediaType": "application/vnd.oci.image.config.v1+json", "digest": "sha256:" + d, "size": len(raw)}
	manifest["layers"] = list
	if raw, err = json.Marshal(manifest); err != nil {
		return err
	}
	if d, err = o.bytes(raw); err != nil {
		return err
	}
	o.manifests = append(o.manifests, descriptor{
		"mediaType": manifest["mediaType"], "digest": "sha256:" + d, "size": len(raw),
		"annotations": map[string]string{"org.opencontainers.image.ref.name": tag},
	})
	return nil
}

func (o *layout) close() error {
	raw, err := json.Marshal(map[string]any{"schemaVersion": 2, "manifests": o.manifests})
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(o.dir, "index.json"), raw, 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(o.dir, "oci-layout"), []byte(`{"imageLayoutVersion":"1.0.0"}`), 0o644)
}

// family writes n images that share a base and differ in their last layer.
func family(dir string, base []layer, n int) error {
	o := &layout{dir: filepath.Join(dir, "family")}
	if err := os.RemoveAll(o.dir); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for i := range n {
		last, err := lastLayer(dir, i)
		if err != nil {
			return err
		}
		if err := o.add(fmt.Sprintf("service-%d", i), append(base[:len(base):len(base)], last)); err != nil {
			return err
		}
	}
	return o.close()
}

// lastLayer returns the layer that a rebuild changes: the application's own code.
func lastLayer(dir string, i int) (layer, error) {
	body := fmt.Sprintf(`{"name":"service-%d","version":"1.0.%d"}`, i, i)
	return writeLayer(filepath.Join(dir, fmt.Sprintf("last-%d.tar", i)), "srv/service/package.json", []byte(body))
}
