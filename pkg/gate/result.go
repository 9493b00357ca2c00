package gate

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/observe"
	"github.com/layergate/layergate/pkg/origin"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/policy/vex"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/report"
	"github.com/layergate/layergate/pkg/spool"
)

// Result is an inspected image.
type Result struct {
	Report *report.Report
	Files  []string // the reports that were written

	gate       *Gate
	request    Request
	refs       []registry.Reference
	temp       string // a directory for all that is temporary
	spool      *spool.Spool
	image      *image.Image
	repository *registry.Image // that the image was read from; nil for an image that comes from no registry
	from       *origin.Image   // where its layers come from
	documents  []vex.Document  // what the verdict was asked with
	clearance  *policy.Clearance
	referrers  *registry.Referrers // are copied with the image; nil for none
	cleanup    []func() error
	known      map[string]*observe.Platform // what the cache knows of platforms, by their layers
}

// Promote pushes the image to every reference of the request, with what the request wants to have attached to it. It is an error to
// promote what is not clean.
func (r *Result) Promote(ctx context.Context) error {
	if len(r.refs) == 0 {
		return errors.New("there is nothing to push to")
	}
	if r.request.Audit {
		return errors.New("an audit pushes nothing")
	}
	if r.clearance == nil {
		return fmt.Errorf("pushing the image: %w", registry.ErrNotCleared)
	}
	content, err := r.image.Content()
	if err != nil {
		return err
	}
	if err := r.unchanged(); err != nil {
		return err
	}
	for _, ref := range r.refs {
		r.step(Step{Kind: Pushing, Subject: ref.String()})
	}
	promotion := registry.Promotion{Content: content, References: r.refs, Source: r.repository, Referrers: r.referrers, ImmutableTags: r.request.Policy.ImmutableTags, Warn: r.request.Warn}
	if r.request.Attach != nil {
		promotion.Attach = r.attachments
	}
	if err := r.gate.client.Push(ctx, r.clearance, promotion); err != nil {
		return fmt.Errorf("pushing the image: %w", err)
	}
	return nil
}

// Created is when the image was built, by its own word: the oldest of its platforms. It is zero where none of them says so.
func (r *Result) Created() time.Time {
	var out time.Time
	for _, p := range r.image.Platforms {
		if at := p.Config.Created.Time; !at.IsZero() && (out.IsZero() || at.Before(out)) {
			out = at
		}
	}
	return out
}

// unchanged makes sure that what was read is what is judged and pushed.
func (r *Result) unchanged() error {
	if err := r.image.Unchanged(); err != nil {
		return fault.WithHint(err, "let nothing else write to the image while it is scanned, and run again")
	}
	return nil
}

// References lists where Promote pushes to.
func (r *Result) References() []string {
	var out []string
	for _, ref := range r.refs {
		out = append(out, ref.String())
	}
	return out
}

// step tells whoever asked for the image what begins.
func (r *Result) step(s Step) {
	if r.request.Progress != nil {
		r.request.Progress(s)
	}
}

func (r *Result) onClose(f func() error) { r.cleanup = append(r.cleanup, f) }

// Close removes temporary files.
func (r *Result) Close() error {
	var errs []error
	for i := len(r.cleanup) - 1; i >= 0; i-- {
		errs = append(errs, r.cleanup[i]())
	}
	r.cleanup = nil
	return errors.Join(errs...)
}
