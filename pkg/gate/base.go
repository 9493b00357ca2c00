package gate

import (
	"context"
	"fmt"
	"strings"

	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/report"
)

// baseLayers opens the base image that the user named and tells, by platform, the diff IDs of its layers.
func baseLayers(ctx context.Context, source string, opt image.Options) (map[string][]string, error) {
	opt.Name = ""
	img, err := image.Open(ctx, source, opt)
	if err != nil {
		return nil, fmt.Errorf("the base image: %w", err)
	}
	defer img.Close()
	out := map[string][]string{}
	for _, p := range img.Platforms {
		out[p.Name] = diffIDs(p)
	}
	return out, nil
}

// markBase marks the layers of a platform, and what they brought, as the base's, where the platform begins with those of
// the base image that the user named.
func markBase(rep *report.Report, name string, base map[string][]string, out *report.Platform) error {
	ids, ok := base[out.Platform]
	if !ok {
		return fmt.Errorf("%s has no image for %s", name, out.Platform)
	}
	for i, id := range ids {
		if i >= len(out.Layers) || out.Layers[i].DiffID != id {
			return fmt.Errorf("the image does not begin with the layers of %s", name)
		}
	}
	rep.Image.Base = &report.BaseImage{Name: name, Layers: len(ids)}
	for i := range out.Layers {
		l := &out.Layers[i]
		if base := i < len(ids); l.Base != base {
			l.Base, l.Location = base, nil // the Dockerfile was wrong about it
		}
	}
	return nil
}

// nameBase adds what the image itself says of its base: a name where none is known, and the digest of one that is.
func nameBase(rep *report.Report, img *image.Image, p *image.Platform) {
	said := img.Base(p)
	if rep.Image.Base == nil {
		if said.Name == "" {
			return
		}
		rep.Image.Base = &report.BaseImage{Name: said.Name}
	}
	b := rep.Image.Base
	if b.Digest != "" {
		return
	}
	for _, m := range append(img.Materials(p), said) {
		if sameImage(m.Name, b.Name) {
			b.Digest = m.Digest
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
