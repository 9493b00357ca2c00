package audit

import (
	"cmp"
	"slices"

	"github.com/layergate/layergate/pkg/natural"
	"github.com/layergate/layergate/pkg/remedy"
)

// Summary is the one page that a reader looks at first.
type Summary struct {
	Images, Clean, Blocked, Undecided        int
	Stale, BaseOutdated, EndOfLife, Untagged int
	Idle                                     int // images that do not run, where that is known
	Rebuild                                  int // blocked images of which a rebuild removes all that can be removed
	New                                      int // images with findings that are new
	Matches                                  int // images that have what was asked for
	Unattested, TooOld                       int // images without a verdict that clears them, and those whose verdict is too old
	Bases                                    []BaseSummary
}

// BaseSummary is what the images that are built on one base have in common.
type BaseSummary struct {
	Name     string
	State    BaseState
	Images   int
	Blocked  int
	Cleared  int // blocked images of which a rebuild removes all that can be removed
	Findings int // items that block and that rebuilding the images removes
}

// Summarize counts what was found.
func Summarize(r *Result) Summary {
	var s Summary
	bases := map[string]*BaseSummary{}
	for _, e := range r.Images {
		s.Images++
		add := func(n *int, yes bool) {
			if yes {
				*n++
			}
		}
		cleared := e.Outcome == Blocked && e.ClearedByRebuild()
		add(&s.Clean, e.Outcome == Clean)
		add(&s.Blocked, e.Outcome == Blocked)
		add(&s.Undecided, e.Outcome == Undecided)
		add(&s.Stale, e.Stale)
		add(&s.BaseOutdated, e.outdated())
		add(&s.EndOfLife, len(e.EndOfLife) > 0)
		add(&s.Untagged, e.untagged())
		add(&s.Idle, r.KnowsDeployed && len(e.Deployed) == 0)
		add(&s.Rebuild, cleared)
		add(&s.New, e.New > 0)
		add(&s.Matches, len(e.Matches) > 0)
		add(&s.Unattested, e.Verdict.is(VerdictNone, VerdictUnknown))
		add(&s.TooOld, e.Verdict.is(VerdictTooOld))
		if e.Base == nil {
			continue
		}
		b := bases[e.Base.Name]
		if b == nil {
			b = &BaseSummary{Name: e.Base.Name, State: e.Base.State}
			bases[e.Base.Name] = b
		}
		if e.outdated() {
			b.State = BaseOutdated
		}
		b.Images++
		add(&b.Blocked, e.Outcome == Blocked)
		add(&b.Cleared, cleared)
		b.Findings += e.Rebuild
	}
	for _, b := range bases {
		s.Bases = append(s.Bases, *b)
	}
	slices.SortFunc(s.Bases, func(a, b BaseSummary) int {
		return cmp.Or(b.Cleared-a.Cleared, b.Findings-a.Findings, b.Blocked-a.Blocked, natural.Compare(a.Name, b.Name))
	})
	return s
}

// ClearedByRebuild tells whether building again, with the base image pulled, is all that there is to do.
func (e Entry) ClearedByRebuild() bool {
	return e.Remedy == remedy.OutcomeRebuild && !e.Verdict.is(VerdictNone, VerdictTooOld)
}

func (e Entry) outdated() bool { return e.Base != nil && e.Base.State == BaseOutdated }

// untagged tells whether no tag leads to the image: what deploys it names its digest.
func (e Entry) untagged() bool { return e.Digest != "" && len(e.Names) == 0 }
