package registry

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

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
	Left    []Reference // tags that the push did not move, and that another push still has to
	Err     error       // why the push failed
}

// Error is the failure, and what was done by then.
func (e *PartialError) Error() string { return e.Err.Error() + "; " + e.Done() }

// Done says which tags point to the image, or may do so, and which were not moved.
func (e *PartialError) Done() string {
	var parts []string
	if len(e.Pushed) > 0 {
		parts = append(parts, "pushed by then: "+join(e.Pushed))
	}
	if len(e.Unknown) > 0 {
		parts = append(parts, "not known whether pushed: "+join(e.Unknown))
	}
	if len(e.Left) > 0 {
		parts = append(parts, "not pushed: "+join(e.Left))
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
	Replace   Replace    // what of the statements that were attached earlier goes once the new ones are there; nil for nothing
	// ImmutableTags refuses the promotion, before anything is sent, where a tag leads to another image already.
	ImmutableTags bool
	Warn          func(message string) // told what is left behind because something else is in its place; nil is allowed
}

// Cleared is a promotion with the clearance that allows it.
type Cleared struct {
	Clearance *policy.Clearance
	Promotion
}

// Push writes an image to all references, as PushAll does with several.
func (c *Client) Push(ctx context.Context, clearance *policy.Clearance, p Promotion) error {
	return c.PushAll(ctx, Cleared{clearance, p})
}

// PushAll writes images to all their references, all or none of them: first the blobs and then the manifests of every image, then what
// refers to them and what is attached to them, then the tags, and reads each back. A failure on the way leaves every tag as it was, unless
// it happens while these are written: then it is a *PartialError where any of them has moved or may have. Nothing else is written,
// and no request is made where a clearance does not name its image.
func (c *Client) PushAll(ctx context.Context, images ...Cleared) error {
	for _, i := range images {
		if err := check(i.Clearance, i.Content); err != nil {
			return err
		}
	}
	var deliveries []*delivery
	for _, i := range images {
		d, err := c.deliver(ctx, i.Promotion)
		if err != nil {
			return err
		}
		deliveries = append(deliveries, d)
	}
	for _, step := range []func(*delivery, context.Context) error{(*delivery).mayMove, (*delivery).maySign, (*delivery).fill, (*delivery).attach} {
		for _, d := range deliveries {
			if err := step(d, ctx); err != nil {
				return err
			}
		}
	}
	return tagAll(ctx, deliveries)
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
