package image

import (
	"fmt"
	"io"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/layergate/layergate/pkg/redact"
)

// parseConfig reads the image configuration (OCI image specification, "Image Configuration").
func (p *Platform) parseConfig(layers int) error {
	if err := parseJSON("the image configuration "+p.ID.String(), p.rawConfig, &p.Config); err != nil {
		return err
	}
	p.Name = platformName(p.Config)
	if n := len(p.Config.RootFS.DiffIDs); n != layers {
		return fmt.Errorf("the image for %s has %d layers, and its configuration names %d", p.Name, layers, n)
	}
	return nil
}

func platformName(c v1.ConfigFile) string {
	os, arch := c.OS, c.Architecture
	if os == "" {
		os = "unknown"
	}
	if arch == "" {
		arch = "unknown"
	}
	if c.Variant != "" {
		return os + "/" + arch + "/" + c.Variant
	}
	return os + "/" + arch
}

// addLayer appends a layer and gives it the history entry that made it, where history and layers fit together.
func (p *Platform) addLayer(d v1.Descriptor, data *io.SectionReader) {
	l := &Layer{MediaType: d.MediaType, Digest: d.Digest, Size: data.Size(), data: data}
	l.Index = len(p.Layers)
	l.DiffID = p.Config.RootFS.DiffIDs[l.Index].String()
	var made []string
	for _, h := range p.Config.History {
		if !h.EmptyLayer {
			made = append(made, h.CreatedBy)
		}
	}
	if len(made) == len(p.Config.RootFS.DiffIDs) {
		l.CreatedBy = redact.History(made[l.Index], p.Config.Config.Shell)
	}
	p.Layers = append(p.Layers, l)
}
