package origin

import (
	"fmt"
	"strings"

	"github.com/layergate/layergate/pkg/dockerfile"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/image"
)

// Base is the image that another one was built on: by the Dockerfile, by the user's word that its layers bear out, or
// by the image's own word.
type Base struct {
	Name     string            // as FROM, the user or the image names it; scratch for an empty image
	Digest   string            // as FROM or the image gives it; may be empty
	Layers   int               // how many of the image's layers are the base's; 0 where that is not known
	Location *finding.Location // of the FROM instruction, where it is known
}

// fromDockerfile is the base that a FROM instruction names.
func fromDockerfile(b dockerfile.Base) *Base {
	_, digest, _ := strings.Cut(b.Name, "@")
	return &Base{Name: b.Name, Digest: digest, Layers: b.Layers, Location: &b.Location}
}

// BaseImage is a base image that the user named.
type BaseImage struct {
	name    string
	diffIDs map[string][]string // by platform
	entries map[string]int      // how many the history has, by platform
}

// NewBaseImage remembers of a base image what Attribute compares. name is the user's word for it.
func NewBaseImage(name string, img *image.Image) *BaseImage {
	b := &BaseImage{name: name, diffIDs: map[string][]string{}, entries: map[string]int{}}
	for _, p := range img.Platforms {
		b.entries[p.Name] = len(p.Config.History)
		for _, l := range p.Layers {
			b.diffIDs[p.Name] = append(b.diffIDs[p.Name], l.DiffID)
		}
	}
	return b
}

// NamedBase is the base image that an image names, by what registries say of it for each platform.
func NamedBase(name string, outlines map[string]image.Outline) *BaseImage {
	b := &BaseImage{name: name, diffIDs: map[string][]string{}, entries: map[string]int{}}
	for platform, o := range outlines {
		b.diffIDs[platform], b.entries[platform] = o.DiffIDs, o.History
	}
	return b
}

// layersOf is how many of a platform's layers are the base image's, which they must begin with.
func (b *BaseImage) layersOf(platform string, layers []finding.Layer) (int, error) {
	ids, ok := b.diffIDs[platform]
	if !ok {
		return 0, fmt.Errorf("%s has no image for %s", b.name, platform)
	}
	for i, id := range ids {
		if i >= len(layers) || layers[i].DiffID != id {
			return 0, fmt.Errorf("the image does not begin with the layers of %s", b.name)
		}
	}
	return len(ids), nil
}

// entriesOf is how many entries of a platform's history are the base image's, which made the first layers: as many as its own
// history has, or else those up to its last layer.
func (b *BaseImage) entriesOf(platform string, layers int, history []Entry) int {
	if n := b.entries[platform]; n > 0 && n <= len(history) && history[n-1].Layer == layers-1 {
		return n
	}
	n := 0
	for n < len(history) && history[n].Layer < layers {
		n++
	}
	return n
}

// nameBase adds what the image itself says of its base: a name where none is known, and the digest of one that is.
func (o *Image) nameBase(img *image.Image, p *image.Platform) {
	said := img.Base(p)
	if o.Base == nil {
		if said.Name == "" {
			return
		}
		o.Base = &Base{Name: said.Name}
	}
	if o.Base.Digest != "" {
		return
	}
	for _, m := range append(img.Materials(p), said) {
		if sameImage(m.Name, o.Base.Name) {
			o.Base.Digest = m.Digest
		}
	}
}

// sameImage compares two names of images, of which either may leave out what Docker adds.
func sameImage(a, b string) bool {
	full := func(name string) string {
		name = strings.TrimPrefix(strings.TrimPrefix(name, "docker.io/"), "library/")
		if i := strings.LastIndexByte(name, ':'); i < strings.LastIndexByte(name, '/') || i < 0 {
			name += ":latest"
		}
		return name
	}
	return a != "" && full(a) == full(b)
}
