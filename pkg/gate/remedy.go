package gate

import (
	"context"
	"fmt"
	"slices"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/lockfile"
	"github.com/layergate/layergate/pkg/match"
	"github.com/layergate/layergate/pkg/match/version"
	"github.com/layergate/layergate/pkg/observe"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/policy/vex"
	"github.com/layergate/layergate/pkg/remedy"
	"github.com/layergate/layergate/pkg/report"
	"github.com/layergate/layergate/pkg/secret"
	"github.com/layergate/layergate/pkg/vulndb"
)

// remedies works out what to do about what blocks. Versions to upgrade to are looked up in the database, and images that could
// take the place of the base image are read, where the request names some and something of the base image blocks. That
// one of these cannot be looked at is a warning: the verdict does not depend on it.
func (r *Result) remedies(ctx context.Context, db *vulndb.DB, seen *observe.Observation, documents []vex.Document) {
	in := r.Report.RemedyInput()
	if r.from.HasProject() {
		in.Source = r.versionOf
	}
	in.Base.User = r.from.Platforms[0].BaseUser
	installed := r.installed(seen)
	in.Via = via(in, seen, installed)
	replaced, err := r.replaced(ctx, db, seen, installed, remedy.Replacements(in), documents)
	if err != nil {
		r.warn(fmt.Sprintf("the versions to upgrade to were not looked up, and may have vulnerabilities of their own: %s", err))
	}
	in.Replaced = replaced
	if (len(r.request.BaseCandidates) > 0 || r.request.Audit) && r.baseBlocks(in.Blocking) {
		in.Candidates = r.candidates(ctx, db, documents)
	}
	r.Report.Remedies = remedy.New(in)
}

// versionOf is where the project names the version of the package that a vulnerability is of, as remedy.Input wants it.
func (r *Result) versionOf(f finding.Finding) (lockfile.Source, bool) {
	i := slices.IndexFunc(r.image.Platforms, func(p *image.Platform) bool { return p.Name == f.Platform })
	if i < 0 || f.Layer == nil {
		return lockfile.Source{}, false
	}
	return r.from.Platforms[i].VersionOf(f.Layer.Index, f.Vulnerability.Package, f.Path)
}

// place is where a package is in an image.
type place struct {
	platform, path string
	pkg            finding.Package
}

// index is a package of an observation: that of an inventory, by the index of the platform.
type index struct{ platform, pkg int }

// installed finds the visible packages of an observation by their places.
func (r *Result) installed(seen *observe.Observation) map[place]index {
	out := map[place]index{}
	for i, p := range r.image.Platforms {
		for k, at := range seen.Platforms[i].Inventory.Packages {
			if at.State == finding.Visible {
				out[place{p.Name, secret.RedactPath(at.Path), at.Package}] = index{i, k}
			}
		}
	}
	return out
}

// placeOf is where the package of a vulnerability is.
func placeOf(f finding.Finding) place { return place{f.Platform, f.Path, f.Vulnerability.Package} }

// via says what brings the packages of the vulnerabilities that block, as remedy.Input wants it.
func via(in remedy.Input, seen *observe.Observation, installed map[place]index) map[int][]string {
	out := map[int][]string{}
	for _, i := range in.Blocking {
		if f := in.Findings[i]; f.Vulnerability != nil {
			if at, ok := installed[placeOf(f)]; ok {
				out[i] = seen.Platforms[at.platform].Inventory.Packages[at.pkg].Via
			}
		}
	}
	return out
}

// replaced looks up what would block of packages in other versions, as remedy.Input wants it.
func (r *Result) replaced(ctx context.Context, db *vulndb.DB, seen *observe.Observation, installed map[place]index, wanted []remedy.Replacement, documents []vex.Document) (map[remedy.Replacement][]finding.Finding, error) {
	var findings []finding.Finding
	var of []remedy.Replacement // for each finding
	out := map[remedy.Replacement][]finding.Finding{}
	for i, p := range r.image.Platforms {
		var asked []remedy.Replacement
		var replacements []match.Replacement
		for _, w := range wanted {
			if at, ok := installed[placeOf(r.Report.Findings[w.Finding])]; ok && at.platform == i {
				asked, replacements = append(asked, w), append(replacements, match.Replacement{Package: at.pkg, Version: w.Version})
			}
		}
		if len(asked) == 0 {
			continue
		}
		found, err := match.Replace(ctx, &seen.Platforms[i].Inventory, db.Provider(), r.target(p, r.from.Platforms[i], db), replacements)
		if err != nil {
			return nil, err
		}
		for k, list := range found {
			if list == nil {
				continue // not known
			}
			out[asked[k]] = []finding.Finding{}
			for _, f := range list {
				findings, of = append(findings, f), append(of, asked[k])
			}
		}
	}
	for _, i := range r.blocking(findings, r.Report.Findings, r.Report.EndOfLife(), documents) {
		out[of[i]] = append(out[of[i]], findings[i])
	}
	return out, nil
}

// blocking lists which findings of something that could take the place of a part of the image would block, by index. What the
// image has, too, came when that did.
func (r *Result) blocking(findings, present []finding.Finding, endOfLife []string, documents []vex.Document) []int {
	if r.Report.Baseline != nil {
		remedy.TakeBaseline(findings, present)
	}
	verdict, _ := policy.Judge(r.request.Policy, policy.Input{
		Subject: policy.Subject{Images: r.names()}, Findings: findings,
		Statements: vex.Match(documents, r.vexImage(), findings, version.InRange),
		EndOfLife:  endOfLife, Database: r.Report.Database.Identity(), Now: r.gate.now(), InRange: version.InRange,
	})
	var out []int
	for _, d := range verdict.Blocking() {
		out = append(out, d.Finding)
	}
	slices.Sort(out)
	return out
}

// blocksInBase lists what would block of another base image.
func (r *Result) blocksInBase(rep *report.Report, documents []vex.Document) []finding.Finding {
	inBase := slices.DeleteFunc(slices.Clone(r.Report.Findings), func(f finding.Finding) bool { return f.Layer == nil || !f.Layer.Base })
	var out []finding.Finding
	for _, i := range r.blocking(rep.Findings, inBase, rep.EndOfLife(), documents) {
		out = append(out, rep.Findings[i])
	}
	return out
}
