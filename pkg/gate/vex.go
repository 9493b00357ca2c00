package gate

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/policy/vex"
)

// vexImage is the image as VEX statements name it: as the registry does that it comes from, else by the references that
// it is pushed to.
func (r *Result) vexImage() vex.Image {
	out := vex.Image{Names: r.names(), Platforms: map[string]string{}}
	if strings.HasPrefix(r.request.Image, "registry:") {
		out.Names = []string{r.image.Name}
	}
	if r.image.Sealed() {
		out.Digest = r.image.Root.Digest.String()
		for _, p := range r.image.Platforms {
			out.Platforms[p.Name] = p.Manifest.Digest.String()
		}
	}
	return out
}

// attached reads the VEX documents that are attached to the image, where the policy trusts any that are.
func (r *Result) attached() ([]vex.Document, error) {
	trust := r.request.Policy.VEX
	if !trust.TrustsImages() {
		return nil, nil
	}
	blobs, err := r.image.Attached()
	if err != nil {
		return nil, fmt.Errorf("reading what is attached to the image: %w", err)
	}
	keys := vex.NewKeys(trust.Trust)
	var out []vex.Document
	for _, b := range blobs {
		if b.Predicate != "" && !vex.IsPredicate(b.Predicate) {
			continue
		}
		raw, err := io.ReadAll(b.Open())
		if err != nil {
			return nil, fmt.Errorf("reading what is attached to the image: %w", err)
		}
		d, err := vex.Parse(b.Digest.String(), raw, keys)
		switch {
		case errors.Is(err, vex.ErrOtherPredicate):
			continue
		case err != nil:
			return nil, fault.WithHint(fmt.Errorf("a document that is attached to the image is not valid: %w", err),
				"detach it, or let no author whom the policy trusts be one whose documents come from the image")
		}
		d.Origin = policy.OriginImage
		out = append(out, d)
	}
	return out, nil
}
