package gate

import (
	"context"
	"fmt"

	"github.com/dustin/go-humanize/english"

	"github.com/layergate/layergate/pkg/natural"
	"github.com/layergate/layergate/pkg/report"
)

// collectReferrers reads what refers to a clean image in the registry that it is promoted from, so that it can be copied with the image, and
// notes in the report what is copied and what is left behind.
func (r *Result) collectReferrers(ctx context.Context) error {
	if !r.request.Referrers || r.clearance == nil || r.repository == nil || len(r.refs) == 0 {
		return nil
	}
	r.step(Step{Kind: Collecting})
	found, err := r.repository.Collect(ctx, r.image.Digests()...)
	if err != nil {
		return err
	}
	r.referrers = found
	var left []string
	for _, e := range found.List {
		r.Report.Image.Referrers = append(r.Report.Image.Referrers, report.Referrer(e))
		if e.Left != "" {
			left = append(left, fmt.Sprintf("%s (%q): %s", e.Digest, e.Type, e.Left))
		}
	}
	if len(left) > 0 {
		r.warn(fmt.Sprintf("of what refers to the image, %s will be left behind: %s", english.Plural(len(left), "manifest", ""), natural.Enumerate(left)))
	}
	return nil
}
