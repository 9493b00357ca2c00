package gate

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/layergate/layergate/pkg/registry"
)

// Promote pushes images to every reference of their requests, with what the requests want to have attached to them: all or none, and
// every tag after all else. It is an error to promote what is not clean, and then nothing is sent of any of them.
func (g *Gate) Promote(ctx context.Context, results ...*Result) error {
	var cleared []registry.Cleared
	for _, r := range results {
		c, err := r.cleared()
		if err != nil {
			return err
		}
		cleared = append(cleared, c)
	}
	for _, r := range results {
		for _, ref := range r.refs {
			r.step(Step{Kind: Pushing, Subject: ref.String()})
		}
	}
	if err := g.client.PushAll(ctx, cleared...); err != nil {
		return fmt.Errorf("pushing %s: %w", pushed(results), err)
	}
	return nil
}

// Lock has the registries take no more writes to the images that were promoted, and to their tags, where their requests want that.
func (g *Gate) Lock(ctx context.Context, results ...*Result) error {
	var images []registry.Stored
	for _, r := range results {
		if !r.request.Lock {
			continue
		}
		for _, ref := range r.refs {
			r.step(Step{Kind: Locking, Subject: ref.String()})
		}
		images = append(images, registry.Stored{Digest: r.Report.Digest(), References: r.refs})
	}
	return g.client.Lock(ctx, images...)
}

// pushed is what is pushed, in words.
func pushed(results []*Result) string {
	if len(results) == 1 {
		return "the image"
	}
	return "the images"
}

// cleared is the image as the registry's client takes it: with its clearance.
func (r *Result) cleared() (registry.Cleared, error) {
	if len(r.refs) == 0 {
		return registry.Cleared{}, errors.New("there is nothing to push to")
	}
	if r.request.Audit {
		return registry.Cleared{}, errors.New("an audit pushes nothing")
	}
	if r.clearance == nil {
		return registry.Cleared{}, fmt.Errorf("pushing the image: %w", registry.ErrNotCleared)
	}
	content, err := r.image.Content()
	if err != nil {
		return registry.Cleared{}, err
	}
	if err := r.unchanged(); err != nil {
		return registry.Cleared{}, err
	}
	promotion := registry.Promotion{Content: content, References: r.refs, Source: r.repository, Referrers: r.referrers, ImmutableTags: r.request.Policy.ImmutableTags, Warn: r.request.Warn}
	if r.request.Attach != nil {
		promotion.Attach = r.attachments
		if a := r.request.Attach; a.Replace && slices.Contains(a.Kinds, AttachVerdict) {
			promotion.Replace = r.outdatedStatements
		}
	}
	return registry.Cleared{Clearance: r.clearance, Promotion: promotion}, nil
}
