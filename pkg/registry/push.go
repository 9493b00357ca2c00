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

// Push writes an image to all references: first every blob, then every manifest by digest, then what is attached to it, then the
// tags, and reads each back. attach may be nil, for nothing. A failure on the way leaves every tag as it was, unless it happens while the tags themselves are written:
// then it is a *PartialError where any of them has moved or may have. Nothing else is written, and no request is made
// for an image that the clearance does not name.
func (c *Client) Push(ctx context.Context, clearance *policy.Clearance, content image.Content, refs []Reference, attach Attach) error {
	if err := check(clearance, content); err != nil {
		return err
	}
	targets, err := c.targets(refs)
	if err != nil {
		return err
	}
	uploads := map[string]*upload{}
	for _, repo := range repositories(targets) {
		if uploads[repo.Name()], err = c.upload(ctx, repo, content); err != nil {
			return c.explain(repo, push, err)
		}
	}
	for _, repo := range repositories(targets) {
		if err := uploads[repo.Name()].store(ctx); err != nil {
			return c.explain(repo, push, err)
		}
	}
	for _, repo := range repositories(targets) {
		first := slices.IndexFunc(targets, func(t name.Tag) bool { return t.Context() == repo })
		if err := c.attach(ctx, uploads[repo.Name()], refs[first], attach); err != nil {
			return err
		}
	}
	for i, tag := range targets {
		u := uploads[tag.Context().Name()]
		if err := u.tag(ctx, tag); err != nil {
			return partial(c.explain(tag.Context(), push, err), refs[:i], refs[i], u.state(ctx, tag, err))
		}
	}
	return nil
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
