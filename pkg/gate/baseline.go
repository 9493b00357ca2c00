package gate

import (
	"context"
	"fmt"

	"github.com/layergate/layergate/pkg/baseline"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/origin"
	"github.com/layergate/layergate/pkg/report"
	"github.com/layergate/layergate/pkg/vulndb"
)

// compare tells of every finding whether it came with the change, where there is a baseline to compare with. An image that
// is the baseline is read and matched like the one that is judged.
func (r *Result) compare(ctx context.Context, db *vulndb.DB) error {
	b := r.request.Baseline
	if b == nil {
		return nil
	}
	if b.SBOM != nil {
		baseline.CompareSBOM(r.Report, b.SBOM)
		r.Report.Baseline = &report.Baseline{Source: b.Source, Name: b.SBOM.Name, Digest: b.SBOM.Digest}
		r.Report.Warnings = append(r.Report.Warnings, baseline.WarningsSBOM(r.Report, b.SBOM)...)
		return nil
	}
	before := b.Report
	if before == nil {
		var err error
		if before, err = r.baseline(ctx, b.Source, db); err != nil {
			return fmt.Errorf("the baseline %s: %w", b.Source, err)
		}
	}
	baseline.Compare(r.Report, before)
	r.Report.Baseline = &report.Baseline{Source: b.Source, Name: before.Image.Name, Digest: before.Image.Digest}
	r.Report.Warnings = append(r.Report.Warnings, baseline.Warnings(r.Report, before)...)
	return nil
}

// baseline is a report about an image, as far as others are compared with it.
func (r *Result) baseline(ctx context.Context, source string, db *vulndb.DB) (_ *report.Report, err error) {
	r.step(Step{Kind: Opening, Subject: source})
	img, err := image.Open(ctx, source, r.imageOptions())
	if err != nil {
		return nil, err
	}
	r.onClose(img.Close)
	from := origin.Attribute(img, nil, nil)
	seen, err := r.observe(ctx, img, "baseline", nil)
	if err != nil {
		return nil, err
	}
	out := &report.Report{Subject: report.Subject{Image: &report.Image{Source: source, Name: img.Name}}}
	for i, p := range img.Platforms {
		result, err := r.match(ctx, p, seen.Platforms[i], from.Platforms[i], db)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.Name, err)
		}
		failed, err := r.failedChecks(ctx, p, seen.Platforms[i], from.Platforms[i], from.Base, result.Distro)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.Name, err)
		}
		addPlatform(out, p, seen.Platforms[i], from.Platforms[i], result, failed)
	}
	if err := addCompanions(out, img); err != nil {
		return nil, err
	}
	if err := img.Unchanged(); err != nil {
		return nil, err
	}
	addDigests(out, img)
	out.Normalize()
	return out, nil
}
