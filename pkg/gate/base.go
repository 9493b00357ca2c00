package gate

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/layergate/layergate/pkg/attest"
	"github.com/layergate/layergate/pkg/check/base"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imageref"
	"github.com/layergate/layergate/pkg/match"
	"github.com/layergate/layergate/pkg/origin"
	"github.com/layergate/layergate/pkg/redact"
)

// baseSubject puts together what the rules about bases, ages and labels look at.
func (r *Result) baseSubject(p *image.Platform, from *origin.Platform, on *origin.Base, distro match.Distro) base.Subject {
	s := base.Subject{
		Platform: p.Name, Layers: from.Layers, Policy: r.request.Policy, Now: r.gate.now(), Sources: from.Sources,
		Created: p.Config.Created.Time, Labels: p.Config.Config.Labels,
	}
	if on != nil {
		s.Base = &base.Base{Name: imageName(on.Name), Location: on.Location}
	}
	if distro.EndOfLife {
		s.EndOfLife = cmp.Or(distro.Name, strings.TrimSpace(distro.ID+" "+distro.Version))
	}
	for _, i := range from.Instructions {
		if i.Location.Line > 0 && !i.Earlier {
			at := i.Location
			s.LastLine = &at
		}
	}
	s.BaseCreated = baseCreated(p, from)
	return s
}

// baseCreated is when the topmost layer of the base was made, by the image's history.
func baseCreated(p *image.Platform, from *origin.Platform) time.Time {
	var out time.Time
	layer := -1
	for _, h := range p.Config.History {
		if h.EmptyLayer {
			continue
		}
		if layer++; layer < len(from.Layers) && from.Layers[layer].Base {
			out = h.Created.Time
		}
	}
	return out
}

// confirmBase asks the registry for the base image, where the policy allows certain ones only, and compares its layers with
// those that the image begins with. That it cannot be confirmed is a finding. The error is that the registry does not say what is
// attached to a base image that has to be proven.
func (r *Result) confirmBase(ctx context.Context, s *base.Subject, on *origin.Base) error {
	if len(s.Policy.AllowedBases) == 0 || on == nil || s.Base.Name == "scratch" {
		return nil
	}
	for _, ref := range baseReferences(s.Base.Name, on.Digest) {
		outline, err := r.gate.Outline(ctx, ref, s.Platform)
		if err != nil {
			s.Unconfirmed = fmt.Sprintf("%s could not be read: %s", ref, redact.Text(err.Error()))
			continue
		}
		if s.Unconfirmed = differs(s, ref, outline, on.Layers); s.Unconfirmed == "" {
			s.Confirmed = &base.Confirmed{Digests: outline.Digests, Created: outline.Created}
			return r.proveBase(ctx, s, ref)
		}
	}
	return nil
}

// proveBase looks for what proves a base image that is confirmed, where the policy asks for a proof.
func (r *Result) proveBase(ctx context.Context, s *base.Subject, ref string) error {
	digests := s.Confirmed.Digests
	proofs := s.Policy.BaseProofs(s.Base.Name, digests...)
	if len(proofs) == 0 {
		return nil
	}
	repo, err := r.gate.client.Image(ref)
	if err != nil {
		return err
	}
	attached, err := repo.Attached(ctx, digests...)
	if err != nil {
		return fmt.Errorf("looking for what proves the base image %s: %w", s.Base.Name, err)
	}
	var reasons []string
	for _, proof := range proofs {
		why := attest.Prove(proof, attest.Image{Name: s.Base.Name, Digests: digests}, attached, s.Now)
		if why == "" {
			s.Confirmed.Proven = true
			return nil
		}
		reasons = append(reasons, why)
	}
	slices.Sort(reasons)
	s.Confirmed.Unproven = strings.Join(slices.Compact(reasons), "; or: ")
	return nil
}

// baseReferences lists what the base may be in the registry: by the digest that is known, else what its name leads to.
func baseReferences(name, digest string) []string {
	var out []string
	if digest != "" {
		out = append(out, imageref.Split(name).Repository+"@"+digest)
	}
	if !strings.Contains(name, "@") {
		out = append(out, name)
	}
	return out
}

// differs says why an image is not the base, of which a number of layers may be known; it is empty where it is.
func differs(s *base.Subject, ref string, o image.Outline, layers int) string {
	if len(o.DiffIDs) == 0 || len(o.DiffIDs) > len(s.Layers) {
		return fmt.Sprintf("%s has %d layers in the registry, and the image has %d", ref, len(o.DiffIDs), len(s.Layers))
	}
	for i, id := range o.DiffIDs {
		if s.Layers[i].DiffID != id {
			return fmt.Sprintf("layer %d is not that of %s in the registry", i, ref)
		}
	}
	if layers > 0 && layers != len(o.DiffIDs) {
		return fmt.Sprintf("%d layers are those of the base image, and %s has %d in the registry", layers, ref, len(o.DiffIDs))
	}
	return ""
}

// imageName is the reference of an image that the user named by its source.
func imageName(source string) string { return strings.TrimPrefix(source, "registry:") }
