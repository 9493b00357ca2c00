package image

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/containerd/platforms"
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
	p.Name = platformName(platformOf(p.Config.OS, p.Config.Architecture, p.Config.Variant))
	if n := len(p.Config.History); n > maxHistory {
		return fmt.Errorf("the image for %s has a history of %d instructions, more than the %d that are allowed", p.Name, n, maxHistory)
	}
	if t := p.Config.RootFS.Type; t != "layers" {
		return fault.WithHint(fmt.Errorf("the image for %s has a root file system of the type %q, and only \"layers\" can be scanned", p.Name, t),
			"name a container image: what has no root file system is another artifact, or its builder writes a configuration that no runtime takes")
	}
	if n := len(p.Config.RootFS.DiffIDs); n != layers {
		return fmt.Errorf("the image for %s has %d layers, but its configuration names %d", p.Name, layers, n)
	}
	for i, d := range p.Config.RootFS.DiffIDs {
		if d.Algorithm != "sha256" {
			return fault.WithHint(fmt.Errorf("layer %d of %s has a diff ID by %s, and only sha256 is supported", i, p.Name, d.Algorithm),
				"have the builder name layers by sha256, as all do that are not told otherwise")
		}
	}
	p.made = nil
	for _, h := range p.Config.History {
		if !h.EmptyLayer {
			p.made = append(p.made, cmp.Or(h.CreatedBy, h.Comment)) // Nix writes nothing but a comment, with the store's paths
		}
	}
	return nil
}

// isFor refuses an image that an index offers for another platform than its configuration is for. One for a lower variant runs on a
// higher one, too, and many configurations name none: there, the index tells.
func (p *Platform) isFor(offered *v1.Platform) error {
	if offered == nil {
		return nil
	}
	to := platformOf(offered.OS, offered.Architecture, offered.Variant)
	own := platformOf(p.Config.OS, p.Config.Architecture, cmp.Or(p.Config.Variant, offered.Variant))
	if platforms.Normalize(own).Architecture == platforms.Normalize(to).Architecture && platforms.Only(to).Match(own) {
		return nil
	}
	return fault.WithHint(fmt.Errorf("the index offers the manifest %s for %s, but its configuration is for %s", p.Manifest.Digest, platformName(to), p.Name),
		"build the image for each platform of the index, or correct the index")
}

// named takes the variant of the platform from an index, where the configuration names none.
func (p *Platform) named(offered *v1.Platform) {
	if offered == nil || p.Config.Variant != "" {
		return
	}
	if name := p.Name + "/" + offered.Variant; offered.Variant != "" && normal(name) != p.Name {
		p.Name = name
	}
}

// normal leaves out the variant that arm64 has where none is named.
func normal(platform string) string {
	if base, ok := strings.CutSuffix(platform, "/arm64/v8"); ok {
		return base + "/arm64"
	}
	return platform
}

// platformOf is a platform, none of whose parts is taken from this machine.
func platformOf(os, arch, variant string) platforms.Platform {
	return platforms.Platform{OS: cmp.Or(os, "unknown"), Architecture: cmp.Or(arch, "unknown"), Variant: variant}
}

func platformName(p platforms.Platform) string {
	if p.Variant != "" {
		return p.OS + "/" + p.Architecture + "/" + p.Variant
	}
	return p.OS + "/" + p.Architecture
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
