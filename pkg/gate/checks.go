package gate

import (
	"slices"

	imagecheck "github.com/layergate/layergate/pkg/check/image"
	"github.com/layergate/layergate/pkg/check/secrets"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/observe"
	"github.com/layergate/layergate/pkg/origin"
)

// failedChecks are the rules that a platform does not keep, and the secrets that it ships.
func failedChecks(p *image.Platform, seen observe.Platform, from *origin.Platform, base *origin.Base) []finding.Finding {
	return slices.Concat(
		imagecheck.Find(imagecheck.New(p, seen, from, base)),
		secrets.Find(secrets.Subject{Image: p, From: from, Files: seen.Secrets}),
	)
}
