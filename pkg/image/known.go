package image

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// LayerID names all that decides what can be read of a layer. It binds who sends the bytes.
type LayerID struct {
	Digest v1.Hash // of the stored bytes, as the manifest has it
	DiffID v1.Hash // of what they unpack to, as the configuration has it
	Tables string  // what the manifest says of tables of contents in the layer; mostly empty
}

// unread is an image of a registry whose layers may be known.
type unread struct {
	manifest Manifest
	parsed   v1.Manifest
}

// ID names the layer.
func (l *Layer) ID() (LayerID, error) {
	diffID, err := v1.NewHash(l.DiffID)
	if err != nil {
		return LayerID{}, fmt.Errorf("the diff ID of layer %d: %w", l.Index, err)
	}
	return LayerID{l.Digest, diffID, tablesOf(l.Annotations)}, nil
}

// needUnknown notes the layers that are not known. The configurations have been copied.
func (d *download) needUnknown() error {
	for _, u := range d.images {
		ids, err := d.layerIDs(u)
		if err != nil {
			return err
		}
		var known []bool
		if ids != nil {
			known = d.known(ids)
		}
		for i, l := range u.parsed.Layers {
			if i < len(known) && known[i] {
				d.absent[l.Digest] = true
			} else if err := d.need(u.manifest, []v1.Descriptor{l}); err != nil {
				return err
			}
		}
	}
	for digest := range d.absent {
		if d.seen[digest] { // it is needed elsewhere
			delete(d.absent, digest)
		}
	}
	return nil
}

// layerIDs names the layers of an image. It is nil for one whose configuration does not fit its manifest, which whoever opens it says.
func (d *download) layerIDs(u unread) ([]LayerID, error) {
	name, err := blobName(u.parsed.Config.Digest)
	if err != nil {
		return nil, err
	}
	raw, err := os.ReadFile(filepath.Join(d.dir, filepath.FromSlash(name)))
	if err != nil {
		return nil, fmt.Errorf("reading the configuration %s: %w", u.parsed.Config.Digest, err)
	}
	var config v1.ConfigFile
	if len(raw) > maxConfigSize || json.Unmarshal(raw, &config) != nil || len(config.RootFS.DiffIDs) != len(u.parsed.Layers) {
		return nil, nil
	}
	ids := make([]LayerID, 0, len(u.parsed.Layers))
	for i, l := range u.parsed.Layers {
		ids = append(ids, LayerID{l.Digest, config.RootFS.DiffIDs[i], tablesOf(l.Annotations)})
	}
	return ids, nil
}

// LayerIDs names the layers of a platform.
func (p *Platform) LayerIDs() []LayerID {
	var ids []LayerID
	for i, l := range p.Layers {
		ids = append(ids, LayerID{l.Digest, p.Config.RootFS.DiffIDs[i], tablesOf(l.Annotations)})
	}
	return ids
}

// nothing is the content of a layer that is left in the registry.
func nothing() *io.SectionReader { return io.NewSectionReader(strings.NewReader(""), 0, 0) }
