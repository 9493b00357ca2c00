package gate

import (
	"context"
	"slices"

	"github.com/layergate/layergate/pkg/check/base"
	"github.com/layergate/layergate/pkg/check/build"
	imagecheck "github.com/layergate/layergate/pkg/check/image"
	"github.com/layergate/layergate/pkg/check/secrets"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/match"
	"github.com/layergate/layergate/pkg/observe"
	"github.com/layergate/layergate/pkg/origin"
	"github.com/layergate/layergate/pkg/report"
)

// failedChecks are the rules that a platform does not keep, and the secrets that it ships.
func (r *Result) failedChecks(ctx context.Context, p *image.Platform, seen observe.Platform, from *origin.Platform, on *origin.Base, distro match.Distro) ([]finding.Finding, error) {
	bases := r.baseSubject(p, from, on, distro)
	if err := r.confirmBase(ctx, &bases, on); err != nil {
		return nil, err
	}
	return slices.Concat(
		imagecheck.Find(imagecheck.New(p, seen, from, on)),
		build.Find(build.Subject{Platform: p.Name, Layers: from.Layers, Instructions: from.Instructions, Syntax: from.Syntax}),
		base.Find(bases),
		secrets.Find(secrets.Subject{Image: p, From: from, Files: seen.Secrets}),
	), nil
}

// addCompanions adds the secrets of what is pushed beside the image's platforms, such as provenance.
func addCompanions(rep *report.Report, img *image.Image) error {
	found, err := secrets.InCompanions(img.Companions())
	rep.Findings = append(rep.Findings, found...)
	return err
}
