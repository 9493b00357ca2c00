package main

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/layergate/layergate/pkg/baseline"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/gate"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/policy"
)

// baseline reads what the image is compared with; nil where nothing is named. An image is only named here, and read later.
func (c *command) baseline(in *input.Values) (*gate.Baseline, error) {
	source := in.String("baseline")
	if source == "" {
		if gateOn, err := in.Choice("gate-on"); err != nil || gateOn != string(policy.GateOnNew) {
			return nil, err
		}
		return nil, fault.Request(fmt.Errorf("%s is missing: %s new wants to be told what was there before", in.Spell("baseline"), in.Spell("gate-on")),
			"name the layergate.json of the target branch, or the image in production")
	}
	path, isPath := image.Path(source)
	if !isPath {
		path = source
	}
	if brought, err := c.broughtByChange(in, path); err != nil || brought && (isPath || !image.HasScheme(source)) {
		return nil, cmp.Or(err, fault.Request(fmt.Errorf("the baseline %s lies in the project, where the pull request itself could have brought it", source),
			"keep what was there before outside of the checkout"))
	}
	if image.HasScheme(source) {
		return &gate.Baseline{Source: source}, nil
	}
	return readBaseline(source)
}

// readBaseline reads a baseline from a file: an SBOM, or else the report of a run.
func readBaseline(source string) (*gate.Baseline, error) {
	const hint = "an image is named with its form: docker-archive:FILE, oci-archive:FILE, oci-dir:DIRECTORY, docker:NAME or registry:NAME"
	raw, err := reportFile(source)
	if err != nil {
		return nil, fault.WithHint(fmt.Errorf("the baseline: %w", err), hint)
	}
	if len(raw) <= baseline.MaxSBOM {
		sbom, err := baseline.ParseSBOM(raw)
		if !errors.Is(err, baseline.ErrNoSBOM) {
			if err != nil {
				return nil, fault.Request(fmt.Errorf("the baseline %s: %w", source, err), "name an SBOM as its tool wrote it, or a layergate.json")
			}
			return &gate.Baseline{Source: source, SBOM: sbom}, nil
		}
	}
	rep, err := parseReport(source, raw)
	if err != nil {
		return nil, fault.Request(fmt.Errorf("the baseline: %w", err), hint)
	}
	if rep.Image == nil {
		return nil, fault.Request(fmt.Errorf("the baseline %s is a report about manifests", source), "name the layergate.json of a scan of the same image")
	}
	return &gate.Baseline{Source: source, Report: rep}, nil
}
