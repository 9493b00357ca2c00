package image

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/layergate/layergate/pkg/fault"
)

// candidate is one image of an archive that may hold several.
type candidate struct {
	names []string
	desc  v1.Descriptor
	raw   []byte // of the manifest, where it is no blob
	entry int    // position in manifest.json
}

func (c candidate) name() string {
	if len(c.names) == 0 {
		return ""
	}
	return c.names[0]
}

func (c candidate) String() string {
	if len(c.names) > 0 {
		return strings.Join(c.names, ", ")
	}
	return c.desc.Digest.String()
}

// choose picks the image that the user asked for, or the only one.
func choose(candidates []candidate, wanted string) (candidate, error) {
	if wanted == "" {
		if len(candidates) == 1 {
			return candidates[0], nil
		}
		return candidate{}, fault.Request(fmt.Errorf("the archive holds %d images: %s", len(candidates), list(candidates)),
			fault.Hintf("choose one with %s", fault.Input("image-name")))
	}
	for _, c := range candidates {
		if c.desc.Digest.String() == wanted {
			return c, nil
		}
		if i := slices.IndexFunc(c.names, func(n string) bool { return sameName(n, wanted) }); i >= 0 {
			c.names = c.names[i : i+1]
			return c, nil
		}
	}
	return candidate{}, fault.Request(fmt.Errorf("the archive holds no image %q: it holds %s", wanted, list(candidates)),
		fault.Hintf("choose one of these with %s", fault.Input("image-name")))
}

func list(candidates []candidate) string {
	var out []string
	for _, c := range candidates {
		out = append(out, c.String())
	}
	return strings.Join(out, "; ")
}

// sameName compares references as Docker does: app and docker.io/library/app:latest are one name.
func sameName(a, b string) bool {
	if a == b {
		return true
	}
	ra, errA := name.ParseReference(a)
	rb, errB := name.ParseReference(b)
	return errors.Join(errA, errB) == nil && ra.Name() == rb.Name()
}
