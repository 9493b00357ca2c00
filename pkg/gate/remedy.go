package gate

import (
	"context"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/inventory"
	"github.com/layergate/layergate/pkg/observe"
	"github.com/layergate/layergate/pkg/policy/vex"
	"github.com/layergate/layergate/pkg/remedy"
	"github.com/layergate/layergate/pkg/vulndb"
)

// remedies works out what to do about what blocks. Images that could take the place of the base image are read and judged like
// it, where the request names some and something of the base image blocks. That one cannot be read is a warning: the verdict
// does not depend on it.
func (r *Result) remedies(ctx context.Context, db *vulndb.DB, seen *observe.Observation, documents []vex.Document) {
	in := r.Report.RemedyInput()
	in.Locks = r.locks
	in.Via = via(in, r.installed(seen))
	if len(r.request.BaseCandidates) > 0 && r.baseBlocks(in.Blocking) {
		in.Candidates = r.candidates(ctx, db, documents)
	}
	r.Report.Remedies = remedy.New(in)
}

// place is where a package is in an image.
type place struct {
	platform, path string
	pkg            finding.Package
}

// installed finds the visible packages of an observation by their places.
func (r *Result) installed(seen *observe.Observation) map[place]*inventory.Package {
	out := map[place]*inventory.Package{}
	for i, p := range r.image.Platforms {
		packages := seen.Platforms[i].Inventory.Packages
		for k := range packages {
			if at := &packages[k]; at.State == finding.Visible {
				out[place{p.Name, at.Path, at.Package}] = at
			}
		}
	}
	return out
}

// via says what brings the packages of the vulnerabilities that block, as remedy.Input wants it.
func via(in remedy.Input, installed map[place]*inventory.Package) map[int][]string {
	out := map[int][]string{}
	for _, i := range in.Blocking {
		f := in.Findings[i]
		if f.Vulnerability == nil {
			continue
		}
		if p := installed[place{f.Platform, f.Path, f.Vulnerability.Package}]; p != nil {
			out[i] = p.Via
		}
	}
	return out
}
