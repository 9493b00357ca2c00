package gate

import (
	"context"
	"errors"
	"time"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/kept"
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
	cache      *kept.Held                   // of the gate; nil for none
	known      map[string]*observe.Platform // what the cache knows of platforms, by their layers
	ahead      map[*image.Platform]*ahead   // what their packages match
	turn       *turn                        // of reading layers that other images have, too
}

// Promote pushes the image to every reference of its request, as Gate.Promote does with several.
func (r *Result) Promote(ctx context.Context) error { return r.gate.Promote(ctx, r) }

// Lock locks what was promoted, where the request wants that, as Gate.Lock does with several.
func (r *Result) Lock(ctx context.Context) error { return r.gate.Lock(ctx, r) }

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
