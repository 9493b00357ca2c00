package gate

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/kept"
	"github.com/layergate/layergate/pkg/match"
	"github.com/layergate/layergate/pkg/match/version"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/policy/vex"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/report"
	"github.com/layergate/layergate/pkg/spool"
)

// Inspect opens an image, reads every layer of every platform, finds its packages and their vulnerabilities, judges them
// and writes the reports. Nothing is sent anywhere. The request is not changed. The result must be closed, before the gate.
func (g *Gate) Inspect(ctx context.Context, req Request) (*Result, error) {
	r := &Result{gate: g, request: req, turn: g.turns.turn(), cache: kept.Hold(g.env.Cache)}
	if err := r.inspect(ctx); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

func (r *Result) inspect(ctx context.Context) error {
	var err error
	if r.refs, err = registry.ParseReferences(r.request.Push); err != nil {
		return err
	}
	if err := r.makeSpool(); err != nil {
		return err
	}
	defer r.turn.endAll()
	from, err := r.open(ctx)
	if err != nil {
		return err
	}
	db, seen, err := r.read(ctx)
	r.turn.endAll() // before the rest, for those that wait
	if err != nil {
		return err
	}
	if err := r.unchanged(); err != nil {
		return err
	}
	r.debugDatabase(db.Info())
	if err := knowsExploitation(r.request.Policy, db.Info()); err != nil {
		return err
	}
	r.Report = r.newReport(from, db.Info())
	for i, p := range r.image.Platforms {
		result, err := r.match(ctx, p, seen.Platforms[i], from.Platforms[i], db)
		if err != nil {
			return fmt.Errorf("%s: %w", p.Name, err)
		}
		failed, err := r.failedChecks(ctx, p, seen.Platforms[i], from.Platforms[i], from.Base, result.Distro)
		if err != nil {
			return fmt.Errorf("%s: %w", p.Name, err)
		}
		if addPlatform(r.Report, p, seen.Platforms[i], from.Platforms[i], result, failed); len(r.Report.Findings) > match.MaxFindings {
			return match.ErrTooMany
		}
	}
	if err := addCompanions(r.Report, r.image); err != nil {
		return err
	}
	if err := r.sealForManifests(ctx); err != nil {
		return err
	}
	r.addManifests(seen)
	if err := r.addEvidence(ctx); err != nil {
		return err
	}
	if err := r.addAttestations(ctx); err != nil {
		return err
	}
	if len(r.Report.Findings) > match.MaxFindings {
		return match.ErrTooMany
	}
	if err := r.compare(ctx, db); err != nil {
		return err
	}
	describeRules(r.Report)
	r.Report.Normalize()
	finding.Sort(r.Report.Findings)
	r.debugGaps(r.Report.Findings)
	if err := ctx.Err(); err != nil {
		return err // what was found may not be all
	}
	attached, err := r.attached()
	if err != nil {
		return err
	}
	r.documents = slices.Concat(r.request.VEX, attached)
	if err := r.judge(ctx, r.documents); err != nil {
		return err
	}
	if err := r.collectReferrers(ctx); err != nil {
		return err
	}
	r.remedies(ctx, db, seen, r.documents)
	addDigests(r.Report, r.image)
	if r.request.OutputDir != "" {
		if r.Files, err = report.WriteFiles(r.request.OutputDir, r.Report, r.request.Formats...); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// makeSpool makes a directory for all that is temporary, and the spool in it. What is spooled lies in files, which another
// process can read.
func (r *Result) makeSpool() error {
	env := r.gate.env
	dir, err := os.MkdirTemp(env.TempDir, "layergate-")
	if err != nil {
		return fmt.Errorf("making a directory for temporary files: %w", err)
	}
	r.temp = dir
	r.onClose(func() error { return os.RemoveAll(dir) })
	r.spool = spool.New(spool.Config{Dir: dir, Limit: env.MaxUnpacked})
	r.onClose(r.spool.Close)
	return nil
}

// names is what the image is called: the references that it is pushed to, since its author chooses the name in an archive.
func (r *Result) names() []string {
	if len(r.refs) == 0 {
		return []string{r.image.Name}
	}
	names := make([]string, 0, len(r.refs))
	for _, ref := range r.refs {
		names = append(names, ref.String())
	}
	return names
}

// judge lets the policy decide, with what VEX documents say. Only an image that is clean and will be pushed is worth
// compressing; it is cleared under the digests that it has then.
func (r *Result) judge(ctx context.Context, documents []vex.Document) error {
	decide := func() {
		r.Report.Verdict, r.clearance = policy.Judge(r.request.Policy, policy.Input{
			Subject: policy.Subject{Digests: r.image.Digests(), Images: r.names()}, Findings: r.Report.Findings,
			Statements: vex.Match(documents, r.vexImage(), r.Report.Findings, version.InRange),
			EndOfLife:  r.Report.EndOfLife(), Database: r.Report.Database.Identity(), Now: r.gate.now(), InRange: version.InRange,
		})
	}
	decide()
	if r.Report.Verdict.Outcome != policy.Clean || len(r.refs) == 0 || r.image.Sealed() {
		return nil
	}
	if err := r.seal(ctx); err != nil {
		return err
	}
	decide()
	return nil
}

// seal gives the image the digest that it is pushed under.
func (r *Result) seal(ctx context.Context) error {
	r.step(Step{Kind: Compressing})
	return r.image.Seal(ctx)
}
