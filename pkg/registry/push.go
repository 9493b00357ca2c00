package registry

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/policy"
)

// ErrNotCleared says that an image was to be pushed which the clearance does not name.
var ErrNotCleared = errors.New("the image is not cleared")

// PartialError says that a push failed when tags point to the image already, or may do so.
type PartialError struct {
	Pushed  []Reference // tags that point to the image, each read back
	Unknown []Reference // tags of which it cannot be told, because the registry gives no answer any more
	Err     error       // why the push failed
}

// Error is the failure, and what was done by then.
func (e *PartialError) Error() string { return e.Err.Error() + "; " + e.Done() }

// Done says which tags point to the image, or may do so.
func (e *PartialError) Done() string {
	var parts []string
	if len(e.Pushed) > 0 {
		parts = append(parts, "pushed by then: "+join(e.Pushed))
	}
	if len(e.Unknown) > 0 {
		parts = append(parts, "not known whether pushed: "+join(e.Unknown))
	}
	return strings.Join(parts, "; ")
}

// Unwrap returns the failure.
func (e *PartialError) Unwrap() error { return e.Err }

func join(refs []Reference) string {
	words := make([]string, len(refs))
	for i, r := range refs {
		words[i] = r.String()
	}
	return strings.Join(words, ", ")
}

// Promotion is an image that is to be pushed, and how.
type Promotion struct {
	Content    image.Content
	References []Reference
	// Source is where the image was read from; nil for an image that comes from no registry. What lies in the registry that is pushed to
	// is mounted from there.
	Source    *Image
	Referrers *Referrers // are copied with the image; nil for none
	Attach    Attach     // what is attached to the image; nil for nothing
	// ImmutableTags refuses the promotion, before anything is sent, where a tag leads to another image already.
	ImmutableTags bool
	Warn          func(message string) // told what is left behind because something else is in its place; nil is allowed
}

// Push writes an image to all references: first every blob, then every manifest by digest, then what refers to the image and what is
// attached to it, then the tags, and reads each back. A failure on the way leaves every tag of the promotion as it was, unless it happens while these are written:
// then it is a *PartialError where any of them has moved or may have. Nothing else is written, and no request is made
// for an image that the clearance does not name.
func (c *Client) Push(ctx context.Context, clearance *policy.Clearance, p Promotion) error {
	if err := check(clearance, p.Content); err != nil {
		return err
	}
	targets, err := c.targets(p.References)
	if err != nil {
		return err
	}
	uploads := map[string]*upload{}
	for _, repo := range repositories(targets) {
		if uploads[repo.Name()], err = c.upload(ctx, repo, p); err != nil {
			return c.explain(repo, push, err)
		}
	}
	for _, tag := range targets {
		if err := uploads[tag.Context().Name()].mayMove(ctx, tag); err != nil {
			return c.explain(tag.Context(), push, err)
		}
	}
	for _, repo := range repositories(targets) {
		if err := uploads[repo.Name()].fill(ctx, p); err != nil {
			return c.explain(repo, push, err)
		}
	}
	for _, repo := range repositories(targets) {
		first := slices.IndexFunc(targets, func(t name.Tag) bool { return t.Context() == repo })
		if err := c.attach(ctx, uploads[repo.Name()], p.References[first], p); err != nil {
			return err
		}
	}
	for i, tag := range targets {
		u := uploads[tag.Context().Name()]
		if err := u.tag(ctx, tag); err != nil {
			return partial(c.explain(tag.Context(), push, err), p.References[:i], p.References[i], u.state(ctx, tag, err))
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

// check refuses, before any request, what must not be pushed.
func check(clearance *policy.Clearance, content image.Content) error {
	if len(content.Manifests) == 0 {
		return errors.New("there is no manifest to push")
	}
	for _, m := range content.Manifests {
		if !clearance.Allows(m.Digest.String()) {
			return fmt.Errorf("%w: %s", ErrNotCleared, m.Digest)
		}
		if got, _, err := v1.SHA256(bytes.NewReader(m.Raw)); err != nil || got != m.Digest {
			return fmt.Errorf("%w: the manifest %s has other content, with the digest %s", ErrNotCleared, m.Digest, got)
		}
	}
	return nil
}

// partial returns a PartialError that names what a failed push has done, given the state of the tag that failed, or
// err alone if nothing was pushed.
func partial(err error, before []Reference, failed Reference, s tagState) error {
	p := &PartialError{Pushed: before, Err: err}
	switch s {
	case tagMoved:
		p.Pushed = append(before[:len(before):len(before)], failed)
	case tagUnknown:
		p.Unknown = []Reference{failed}
	}
	if len(p.Pushed) == 0 && len(p.Unknown) == 0 {
		return err
	}
	return p
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

// repositories are those of the tags, each once, in their order.
func repositories(tags []name.Tag) []name.Repository {
	var out []name.Repository
	seen := map[string]bool{}
	for _, tag := range tags {
		if repo := tag.Context(); !seen[repo.Name()] {
			seen[repo.Name()] = true
			out = append(out, repo)
		}
	}
	return out
}
