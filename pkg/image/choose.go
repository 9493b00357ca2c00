package image

import (
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
	// beside is set for one that manifest.json alone has; the digest is that of its configuration.
	beside bool
}

// appendCandidate adds a candidate, or its names to that of the same digest.
func appendCandidate(list []candidate, c candidate) []candidate {
	if i := slices.IndexFunc(list, func(have candidate) bool { return have.desc.Digest == c.desc.Digest }); i >= 0 {
		list[i].names = append(list[i].names, c.names...)
		return list
	}
	return append(list, c)
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

// choose picks the image that the user asked for by name or digest, or the only one. A name that several images have
// chooses none of them: tools differ about which of them it means.
func choose(candidates []candidate, wanted string) (candidate, error) {
	if wanted == "" {
		if len(candidates) == 1 {
			return candidates[0], nil
		}
		return candidate{}, fault.Request(fmt.Errorf("the archive holds %d images: %s", len(candidates), list(candidates)),
			chooseHint(candidates))
	}
	var named []candidate
	for _, c := range candidates {
		if c.desc.Digest.String() == wanted {
			return c, nil
		}
		if i := slices.IndexFunc(c.names, func(n string) bool { return sameName(n, wanted) }); i >= 0 {
			c.names = c.names[i : i+1]
			named = append(named, c)
		}
	}
	switch len(named) {
	case 0:
	case 1:
		return named[0], nil
	default:
		return candidate{}, fault.Request(fmt.Errorf("the archive holds %d images called %q: %s", len(named), wanted, list(named)),
			chooseHint(named))
	}
	return candidate{}, fault.Request(fmt.Errorf("the archive holds no image %q: it holds %s", wanted, list(candidates)),
		fault.Hintf("choose one of these with %s", fault.Input("image-name")))
}

// chooseHint says how to choose one of several images.
func chooseHint(candidates []candidate) fault.Hint {
	if !ambiguous(candidates) {
		return fault.Hintf("choose one with %s", fault.Input("image-name"))
	}
	return fault.Hintf("give one of these digests to %s, or save the image to a new archive", fault.Input("image-name"))
}

// ambiguous tells whether two images have one name.
func ambiguous(candidates []candidate) bool {
	owner := map[string]v1.Hash{}
	for _, c := range candidates {
		for _, n := range c.names {
			full := fullName(n)
			if other, ok := owner[full]; ok && other != c.desc.Digest {
				return true
			}
			owner[full] = c.desc.Digest
		}
	}
	return false
}

// list names the images, with their digests where the names do not tell them apart.
func list(candidates []candidate) string {
	digests := ambiguous(candidates)
	var out []string
	for _, c := range candidates {
		text := c.String()
		if digests && len(c.names) > 0 {
			text += " (" + c.desc.Digest.String() + ")"
		}
		out = append(out, text)
	}
	return strings.Join(out, "; ")
}

// sameName compares references as Docker does: app and docker.io/library/app:latest are one name.
func sameName(a, b string) bool { return a == b || fullName(a) == fullName(b) }

// fullName is a reference with the registry and the tag that Docker adds to it, or what is no reference as it is.
func fullName(s string) string {
	ref, err := name.ParseReference(s)
	if err != nil {
		return s
	}
	return ref.Name()
}
