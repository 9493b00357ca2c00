package main

import (
	"context"
	"fmt"
	"os"
	"slices"

	"github.com/dustin/go-humanize/english"

	"github.com/layergate/layergate/pkg/attest"
	"github.com/layergate/layergate/pkg/ci"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/gate"
	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/policy/vex"
	"github.com/layergate/layergate/pkg/report"
)

// rematchFlags are the inputs that say by what an SBOM is matched again.
func rematchFlags() []string {
	return []string{"db", "db-url", "db-update", "db-max-age", "db-pin", "db-ca-file", "advisories", "vex", "cache-dir", "temp-dir"}
}

// rematchOf is what an SBOM is matched again for.
type rematchOf struct {
	terms    attest.Terms
	policy   policy.Policy
	image    attest.Image
	attached []attest.Attachment
}

// rematch is what today's advisories say of the packages in the SBOM that a verdict names.
type rematch struct {
	Because  []string        `json:"because"`  // the verdict alone does not clear the image
	Packages int             `json:"packages"` // in the SBOM
	Database report.Database `json:"database,omitzero"`
	Blocking []blocking      `json:"blocking"` // the findings that block by today's policy, worst first
}

// blocking is a finding that blocks.
type blocking struct {
	ID       string           `json:"id"`
	Kind     finding.Kind     `json:"kind"`
	Severity finding.Severity `json:"severity"`
	Title    string           `json:"title"`
	Path     string           `json:"path,omitempty"`
	Fixes    []string         `json:"fixedVersions"`
}

// rematch matches the SBOM that a verdict names with today's advisories, where the verdict alone does not clear the image. One that is only
// too old clears it after all if nothing blocks. The error is that the SBOM could not be matched.
func (c *command) rematch(ctx context.Context, in *input.Values, out *verification, of rematchOf) error {
	sbom, err := attest.Input(of.terms, *out.Verdict, attest.PredicateSBOM, of.image, of.attached)
	if err != nil {
		out.Reasons = append(out.Reasons, fmt.Sprintf("nothing can be matched again: %v", err))
		return nil
	}
	rep, err := c.matchAgain(ctx, in, sbom.Predicate, of)
	if err != nil {
		return fmt.Errorf("matching the SBOM of %s again: %w", out.Image, err)
	}
	for _, w := range rep.Warnings {
		ci.Warn(c.platform, w)
	}
	out.Rematch = newRematch(out.Reasons, rep)
	against := gate.Unsettled(*out.Verdict, rep, of.terms.Now)
	if n := len(out.Rematch.Blocking); n > 0 {
		against = append(against, fmt.Sprintf("today %s in its packages", english.Plural(n, "finding blocks", "findings block")))
	}
	if !out.OnlyTooOld() {
		against = append(against, "what an SBOM does not hold, such as secrets, rules and licences, was not judged by this policy")
	}
	if out.Cleared = len(against) == 0; out.Cleared {
		out.Reasons = []string{}
	}
	for _, reason := range against {
		if !slices.Contains(out.Reasons, reason) {
			out.Reasons = append(out.Reasons, reason)
		}
	}
	return nil
}

// matchAgain asks the advisory database.
func (c *command) matchAgain(ctx context.Context, in *input.Values, sbom []byte, of rematchOf) (*report.Report, error) {
	env := gate.Env{Tool: report.Tool{Name: "layergate", Version: toolVersion()}}
	var err error
	if env.Database, err = c.database(in); err != nil {
		return nil, err
	}
	if env.Advisories, err = c.ownAdvisories(ctx, in); err != nil {
		return nil, err
	}
	if env.Database.Pin, err = c.pin(in, "."); err != nil {
		return nil, err
	}
	if err := c.bounds(in, &env); err != nil {
		return nil, err
	}
	documents, err := c.readVEX(in, of.policy.VEX)
	if err != nil {
		return nil, err
	}
	if env.TempDir, err = makeTempDir(in); err != nil {
		return nil, err
	}
	defer os.RemoveAll(env.TempDir)
	g, err := gate.New(ctx, env)
	if err != nil {
		return nil, err
	}
	defer g.Close()
	return g.Rematch(ctx, gate.Rematch{
		SBOM: sbom, Image: vex.Image{Names: []string{of.image.Name}, Digest: of.image.Digests[0]}, Policy: of.policy, VEX: documents,
	})
}

func newRematch(because []string, rep *report.Report) *rematch {
	out := &rematch{Because: because, Database: rep.Database, Blocking: []blocking{}}
	for _, p := range rep.Platforms {
		out.Packages += len(p.Packages)
	}
	for _, f := range rep.Blocking() {
		b := blocking{ID: f.ID, Kind: f.Kind, Severity: f.Severity, Title: f.Title, Path: f.Path, Fixes: []string{}}
		if f.Check != nil && f.Check.Package != nil {
			b.Title += ": " + f.Check.Saw // which package
		}
		if f.Vulnerability != nil {
			b.Fixes = f.Vulnerability.Fix.Names()
		}
		out.Blocking = append(out.Blocking, b)
	}
	return out
}

// maxBlocking is how many findings are printed for people. JSON has all.
const maxBlocking = 20

// write prints what came of it for people; nothing where none was made.
func (r *rematch) write(cleared bool, row func(title, format string, args ...any)) {
	if r == nil {
		return
	}
	if cleared {
		for _, why := range r.Because {
			row("although", "%s", why)
		}
	}
	row("rematched", "%s of the SBOM that the verdict names, with the database built %s", english.Plural(r.Packages, "package", ""), r.Database.Built)
	if len(r.Blocking) == 0 {
		row("", "none has a finding that blocks today")
	}
	for i, b := range r.Blocking {
		if i == maxBlocking {
			row("", "and %s; --json lists all", english.Plural(len(r.Blocking)-i, "other", ""))
			break
		}
		fix := ""
		if len(b.Fixes) > 0 {
			fix = ", fixed in " + b.Fixes[0]
		}
		row("blocks", "%s %s%s", b.Severity, b.Title, fix)
	}
}
