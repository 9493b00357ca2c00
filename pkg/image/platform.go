package image

import (
	"fmt"
	"io"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/redact"
	"github.com/layergate/layergate/pkg/secret"
)

// Limits of one image. Real ones have less than 128 layers, and some instructions without one.
const (
	maxLayers  = 512
	maxHistory = 10_000
)

// parseConfig reads the image configuration (OCI image specification, "Image Configuration").
func (p *Platform) parseConfig(layers int) error {
	if layers > maxLayers {
		return fmt.Errorf("the image %s names %d layers, more than %d", p.ID, layers, maxLayers)
	}
	if err := parseConfigJSON("the image configuration "+p.ID.String(), p.rawConfig, &p.Config); err != nil {
		return err
	}
	p.Name = platformName(p.Config)
	if n := len(p.Config.History); n > maxHistory {
		return fmt.Errorf("the image for %s has a history of %d instructions, more than the %d that are allowed", p.Name, n, maxHistory)
	}
	if t := p.Config.RootFS.Type; t != "layers" {
		return fmt.Errorf("the image for %s has a root file system of the type %q, and only \"layers\" can be scanned", p.Name, t)
	}
	if n := len(p.Config.RootFS.DiffIDs); n != layers {
		return fmt.Errorf("the image for %s has %d layers, but its configuration names %d", p.Name, layers, n)
	}
	p.made = nil
	for _, h := range p.Config.History {
		if !h.EmptyLayer {
			p.made = append(p.made, h.CreatedBy)
		}
	}
	return nil
}

// isFor refuses an image that an index offers for another platform than its configuration is for.
func (p *Platform) isFor(offered *v1.Platform) error {
	if offered == nil {
		return nil
	}
	if name := platformName(v1.ConfigFile{OS: offered.OS, Architecture: offered.Architecture, Variant: offered.Variant}); normal(name) != normal(p.Name) {
		return fault.WithHint(fmt.Errorf("the index offers the manifest %s for %s, but its configuration is for %s", p.Manifest.Digest, name, p.Name),
			"build the image for each platform of the index, or correct the index")
	}
	return nil
}

// normal leaves out the variant that arm64 has where none is named.
func normal(platform string) string {
	if base, ok := strings.CutSuffix(platform, "/arm64/v8"); ok {
		return base + "/arm64"
	}
	return platform
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
	l := &Layer{MediaType: d.MediaType, Digest: d.Digest, Size: d.Size, Annotations: d.Annotations, data: data}
	l.Index = len(p.Layers)
	l.DiffID = p.Config.RootFS.DiffIDs[l.Index].String()
	if len(p.made) == len(p.Config.RootFS.DiffIDs) {
		l.CreatedBy = secret.Redact(redact.History(p.made[l.Index], p.Config.Config.Shell))
	}
	p.Layers = append(p.Layers, l)
}
