package gate

import (
	"context"
	"fmt"
	"slices"

	"github.com/layergate/layergate/pkg/evidence"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/report"
)

// addEvidence adds what the results say that the request was given, and what the policy requires and was not given.
func (r *Result) addEvidence(ctx context.Context) error {
	given := r.request.Evidence
	findings := slices.Concat(r.Report.Findings, evidence.Missing(r.request.Policy.Require, given))
	for _, d := range given {
		about, err := r.isAbout(ctx, d)
		switch {
		case err != nil:
			return err
		case about:
			findings = d.Join(findings, r.evidencePlatforms())
		default:
			findings = append(findings, d.OtherImage(r.allDigests()))
		}
		if len(d.Subjects) == 0 && d.Form == policy.FormResult {
			r.warn(fmt.Sprintf("%s names no digest, so that nobody knows whether it is about this image", d.Name))
		}
		r.Report.Evidence = append(r.Report.Evidence, report.Evidence{
			Form: d.Form, File: d.Name, Digest: d.Digest, Tool: d.Tool, Subjects: d.Subjects, Passed: d.Tests.Passed, Failed: d.Tests.Failed, Skipped: d.Tests.Skipped,
		})
	}
	r.Report.Findings = findings
	r.Report.CountLayers()
	return nil
}

// isAbout tells whether a result can be about the image. Where it names a digest that is not the configuration's, the image gets the
// digest that it is pushed under first.
func (r *Result) isAbout(ctx context.Context, d *evidence.Document) (bool, error) {
	if !d.IsAbout(r.allDigests()) && !r.image.Sealed() {
		if err := r.seal(ctx); err != nil {
			return false, err
		}
	}
	return d.IsAbout(r.allDigests()), nil
}

// allDigests are those by which a tool can know the image: of its index and manifests, as far as it has them, and of its
// configurations, which are the identifiers of images for a Docker daemon.
func (r *Result) allDigests() []string {
	out := slices.Clone(r.image.Digests())
	for _, p := range r.image.Platforms {
		out = append(out, p.ID.String())
	}
	return out
}

// evidencePlatforms are the platforms as results are placed in them.
func (r *Result) evidencePlatforms() []evidence.Platform {
	var out []evidence.Platform
	for i, p := range r.image.Platforms {
		of := evidence.Platform{Name: p.Name, Digests: []string{p.ID.String()}}
		if r.image.Sealed() {
			of.Digests = append(of.Digests, p.Manifest.Digest.String())
		}
		for _, pkg := range r.Report.Platforms[i].Packages {
			if pkg.State != finding.Visible {
				continue
			}
			l := r.Report.Platforms[i].Layers[pkg.Layer]
			of.Packages = append(of.Packages, evidence.Place{Package: pkg.Package, Path: pkg.Path, Layer: &l.Layer, Location: l.Location})
		}
		out = append(out, of)
	}
	return out
}
