package registry

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/go-containerregistry/pkg/name"

	"github.com/layergate/layergate/pkg/fault"
)

// delivery is one image on its way to the repositories of its references.
type delivery struct {
	Promotion
	client  *Client
	targets []name.Tag // the references, with what is known of their registries
	uploads []*upload  // one for each repository, in the order of the references
}

// deliver logs in to the repositories of a promotion, and sends nothing.
func (c *Client) deliver(ctx context.Context, p Promotion) (*delivery, error) {
	targets, err := c.targets(p.References)
	if err != nil {
		return nil, err
	}
	d := &delivery{Promotion: p, client: c, targets: targets}
	for _, tag := range targets {
		if d.upload(tag) != nil {
			continue
		}
		u, err := c.upload(ctx, tag.Context(), p)
		if err != nil {
			return nil, c.explain(tag.Context(), push, err)
		}
		d.uploads = append(d.uploads, u)
	}
	return d, nil
}

// targets are the references with what is known of their registries.
func (c *Client) targets(refs []Reference) ([]name.Tag, error) {
	var out []name.Tag
	for _, r := range refs {
		tag, err := name.NewTag(r.ref.Name(), c.wire.options(r.ref.Context().RegistryStr())...)
		if err != nil {
			return nil, fmt.Errorf("the push reference %s: %w", r, err)
		}
		out = append(out, tag)
	}
	return out, nil
}

// upload is that to the repository of a tag; nil where there is none yet.
func (d *delivery) upload(tag name.Tag) *upload {
	for _, u := range d.uploads {
		if u.repo.Name() == tag.Context().Name() {
			return u
		}
	}
	return nil
}

// mayMove refuses a tag that leads to another image, where tags are immutable.
func (d *delivery) mayMove(ctx context.Context) error {
	for _, tag := range d.targets {
		if err := d.upload(tag).mayMove(ctx, tag); err != nil {
			return d.client.explain(tag.Context(), push, err)
		}
	}
	return nil
}

// maySign refuses to attach statements to an image where they cannot go.
func (d *delivery) maySign(ctx context.Context) error {
	if d.Attach == nil {
		return nil
	}
	for _, u := range d.uploads {
		if err := u.maySign(ctx); err != nil {
			return d.client.explain(u.repo, push, err)
		}
	}
	return nil
}

// fill stores the image and what refers to it, and none of its tags.
func (d *delivery) fill(ctx context.Context) error {
	for _, u := range d.uploads {
		if err := u.fill(ctx, d.Promotion); err != nil {
			return d.client.explain(u.repo, push, err)
		}
	}
	return nil
}

// attach attaches to the image what it is to have in each repository.
func (d *delivery) attach(ctx context.Context) error {
	for _, u := range d.uploads {
		first := slices.IndexFunc(d.targets, func(t name.Tag) bool { return t.Context() == u.repo })
		if err := d.client.attach(ctx, u, d.References[first], d.Promotion); err != nil {
			return err
		}
	}
	return nil
}

// fill stores the image and what refers to it, and none of the promotion's tags.
func (u *upload) fill(ctx context.Context, p Promotion) error {
	if err := u.store(ctx); err != nil {
		return err
	}
	if p.Referrers == nil || u.source != nil && u.source.ref.Context().Name() == u.repo.Name() {
		return nil // what refers to an image in the same repository is there already
	}
	left, err := u.copy(ctx, p.Referrers)
	for _, r := range left {
		if p.Warn != nil {
			p.Warn(fmt.Sprintf("%s was not copied: %s has other content under that tag", r.Tag, u.repo.Name()))
		}
	}
	return err
}

// tagAll points the tags of all images at them, in order. It stops at the first that fails.
func tagAll(ctx context.Context, deliveries []*delivery) error {
	var all []Reference
	for _, d := range deliveries {
		all = append(all, d.References...)
	}
	done := 0
	for _, d := range deliveries {
		for _, tag := range d.targets {
			u := d.upload(tag)
			if err := u.tag(ctx, tag); err != nil {
				return partial(d.client.explain(tag.Context(), push, err), all, done, u.state(ctx, tag, err))
			}
			done++
		}
	}
	return stillLead(ctx, deliveries, all)
}

// stillLead checks, once all tags of several images are written, that each leads to its own image: two references may be one place in two
// spellings, of which the second image took the first one's tag.
func stillLead(ctx context.Context, deliveries []*delivery, all []Reference) error {
	if len(deliveries) < 2 {
		return nil
	}
	lost := &PartialError{}
	n := 0
	for _, d := range deliveries {
		for _, tag := range d.targets {
			u, ref := d.upload(tag), all[n]
			n++
			var other *otherContentError
			if err := u.shows(ctx, tag, u.root()); errors.As(err, &other) { // anything else is no news: each was read back when it was written
				lost.Err = fault.WithHint(d.client.explain(tag.Context(), push, err), "give each image a place of its own, if two of the references are one in other words; or another client moved the tag meanwhile")
				lost.Left = append(lost.Left, ref)
				continue
			}
			lost.Pushed = append(lost.Pushed, ref)
		}
	}
	if lost.Err != nil {
		return lost
	}
	return nil
}

// partial returns a PartialError that names what a failed push has done: all tags before the one that failed, whose state is given. It
// returns err alone if nothing was pushed.
func partial(err error, all []Reference, failed int, s tagState) error {
	pushed, unknown, left := all[:failed:failed], []Reference(nil), all[failed:]
	switch s {
	case tagMoved:
		pushed, left = all[:failed+1], all[failed+1:]
	case tagUnknown:
		unknown, left = all[failed:failed+1], all[failed+1:]
	}
	if len(pushed) == 0 && len(unknown) == 0 {
		return err
	}
	return &PartialError{Pushed: pushed, Unknown: unknown, Left: left, Err: err}
}
