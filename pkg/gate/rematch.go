package gate

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/layergate/layergate/pkg/check/base"
	"github.com/layergate/layergate/pkg/check/packages"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/inventory"
	"github.com/layergate/layergate/pkg/match"
	"github.com/layergate/layergate/pkg/match/version"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/policy/vex"
	"github.com/layergate/layergate/pkg/report"
	"github.com/layergate/layergate/pkg/vulndb"
)

// Rematch asks what today's advisories and a policy say of an image whose SBOM is known, without the image.
type Rematch struct {
	SBOM   []byte    // as report.CycloneDX wrote it; the caller has made sure who vouches for it
	Image  vex.Image // by the names and digests that exceptions and VEX statements may have for it
	Policy policy.Policy
	VEX    []vex.Document
}

// Rematch matches the packages of an SBOM with the advisory database and lets the policy judge what is found: vulnerabilities, packages
// that it always blocks, what the database cannot judge, and ends of life. The report holds nothing else, and what is clean is cleared for nothing: secrets, rules and
// licences are not in an SBOM.
func (g *Gate) Rematch(ctx context.Context, req Rematch) (*report.Report, error) {
	platforms, err := report.ReadCycloneDX(req.SBOM)
	if err != nil {
		return nil, err
	}
	db, err := g.database.wait(ctx)
	if err != nil {
		return nil, err
	}
	if err := knowsExploitation(req.Policy, db.Info()); err != nil {
		return nil, err
	}
	rep := &report.Report{Schema: report.SchemaVersion, Tool: g.env.Tool, Database: reportDatabase(db.Info()), Policy: req.Policy}
	rep.Warnings = rep.Database.Warnings()
	for _, p := range platforms {
		found, err := g.rematchPlatform(ctx, &p, req.Policy, db)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.Platform, err)
		}
		rep.Add(p, found)
	}
	if len(rep.Findings) > match.MaxFindings {
		return nil, match.ErrTooMany
	}
	rep.Normalize()
	finding.Sort(rep.Findings)
	rep.Verdict, _ = policy.Judge(req.Policy, policy.Input{
		Subject: policy.Subject{Images: req.Image.Names}, Findings: rep.Findings,
		Statements: vex.Match(req.VEX, req.Image, rep.Findings, version.InRange),
		EndOfLife:  rep.EndOfLife(), Database: rep.Database.Identity(), Now: g.now(), InRange: version.InRange,
	})
	return rep, nil
}

// rematchPlatform lists what is found in the packages of a platform, and sets what the database says of its distribution.
func (g *Gate) rematchPlatform(ctx context.Context, p *report.Platform, rules policy.Policy, db *vulndb.DB) ([]finding.Finding, error) {
	listing := inventory.Listing{Distribution: inventory.Distribution{ID: p.Distro.ID, Version: p.Distro.Version, Name: p.Distro.Name}}
	for _, k := range p.Packages {
		listing.Packages = append(listing.Packages, inventory.Listed{
			Package: k.Package, Path: k.Path, Layer: k.Layer, State: k.State, CPEs: k.CPEs, Distribution: k.Distribution,
		})
	}
	inv, err := inventory.FromListing(listing)
	if err == nil {
		err = inv.Check(len(p.Layers))
	}
	if err != nil {
		return nil, fmt.Errorf("the SBOM: %w", err)
	}
	var layers []finding.Layer
	for _, l := range p.Layers {
		layers = append(layers, l.Layer)
	}
	result, err := match.Find(ctx, inv, db.Provider(), g.newTarget(p.Platform, layers, db))
	if err != nil {
		return nil, err
	}
	found := append(result.Findings, packages.Find(rules.AlwaysBlock, inv.Packages, packages.Target{Platform: p.Platform, Layers: layers})...)
	if p.Distro.EndOfLife = result.Distro.EndOfLife; p.Distro.EndOfLife {
		name := cmp.Or(p.Distro.Name, strings.TrimSpace(p.Distro.ID+" "+p.Distro.Version))
		found = append(found, base.Find(base.Subject{Platform: p.Platform, Layers: layers, Now: g.now(), EndOfLife: name})...)
	}
	return found, nil
}
