package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/gate"
	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/report"
)

// promotion is the images of a run that were pushed to everywhere they were to go: one, or those of a release set.
type promotion []promoted

// promoted is one image of a promotion.
type promoted struct {
	references []string
	digest     string
}

// references are those of all images.
func (p promotion) references() []string {
	var out []string
	for _, i := range p {
		out = append(out, i.references...)
	}
	return out
}

// digest is that of the image, where there is but one.
func (p promotion) digest() string {
	if len(p) != 1 {
		return ""
	}
	return p[0].digest
}

// lockPushed has the requests lock what they push, where that is asked for. A reference that cannot be locked is a wrong request, before
// any image is read.
func lockPushed(in *input.Values, reqs []gate.Request) error {
	lock, err := in.Bool("lock")
	if err != nil || !lock {
		return err
	}
	for i := range reqs {
		refs, err := registry.ParseReferences(reqs[i].Push)
		if err != nil {
			return err
		}
		if err := registry.CheckLock(refs); err != nil {
			return err
		}
		reqs[i].Lock = true
	}
	return nil
}

// finish does what follows the push of images: it locks them and tells GitHub of them, where that is asked for, each whatever becomes of the other.
func (c *command) finish(ctx context.Context, all promotion, lock func(context.Context) error) error {
	c.promoted.Store(&all)
	return fault.Join(lock(ctx), c.records.record(ctx, all))
}

// unfinished says what was left undone after the push by a run that was made to end.
func unfinished(err error) []string {
	var out []string
	var unlocked *registry.UnlockedError
	if errors.As(err, &unlocked) {
		out = append(out, unlocked.Left())
	}
	var unrecorded *unrecordedError
	if errors.As(err, &unrecorded) {
		out = append(out, unrecorded.Left())
	}
	return out
}

// logPromotion says where an image was pushed, and what was copied with it.
func (c *command) logPromotion(image *report.Image, pushed []string) {
	for _, ref := range pushed {
		fmt.Fprintf(c.platform.LogWriter(), "pushed %s@%s\n", ref, image.Digest)
	}
	for _, r := range image.Referrers {
		if r.Left == "" {
			fmt.Fprintf(c.platform.LogWriter(), "copied %s, %q, which refers to %s\n", r.Digest, cmp.Or(r.Tag, r.Type), r.Subject)
		}
	}
}

// afterPush is the message of a failure, which says first what was pushed, where something was: nobody is to take the failure for
// one of the push.
func (c *command) afterPush(message string) string {
	p := c.promoted.Load()
	if p == nil {
		return message
	}
	var pushed []string
	for _, i := range *p {
		for _, ref := range i.references {
			pushed = append(pushed, ref+"@"+i.digest)
		}
	}
	what := "the image was"
	if len(*p) > 1 {
		what = "the images were"
	}
	return what + " pushed: " + strings.Join(pushed, ", ") + "; what failed came after that: " + message
}
