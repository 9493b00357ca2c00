package remedy

import (
	"maps"
	"slices"

	"github.com/layergate/layergate/pkg/finding"
)

// Candidate is an image that could take the place of the base image. It was observed, matched and judged as part of the
// image would be.
type Candidate struct {
	Name     string            // as a FROM instruction names it
	Blocking []finding.Finding // what blocks in it
	// SameRelease tells whether it is of the same release of a distribution, so that instructions which install packages bring
	// those that the advisories are about.
	SameRelease bool
	// Pull tells that it has the name of the present base image: the tag leads to another image today, and building again with
	// the base image pulled takes it.
	Pull bool
}

// problem is what two images have in common that have the same vulnerability, or fail the same check, wherever it is.
type problem struct{ id, subject string }

func problemOf(f finding.Finding) problem {
	if p, ok := f.Package(); ok {
		return problem{f.ID, p.Identity()}
	}
	return problem{f.ID, f.Item().Change}
}

// Best tells that no candidate after this one is taken instead of it: nothing blocks in it, and it leaves instructions as they
// are. Reading others is of no use.
func (c *Candidate) Best() bool { return len(c.Blocking) == 0 && c.SameRelease }

// has tells whether the candidate has the same problem.
func (c *Candidate) has(f finding.Finding) bool {
	for _, b := range c.Blocking {
		if problemOf(b) == problemOf(f) {
			return true
		}
	}
	return false
}

// removesAny tells whether the candidate does not have something that blocks in the present base image.
func (c *Candidate) removesAny(in Input) bool {
	return slices.ContainsFunc(in.Blocking, func(i int) bool { return inBase(in.Findings[i]) && !c.has(in.Findings[i]) })
}

// adds lists the items that block in the candidate and are no problem of the present base image, with the identifier of each.
func (c *Candidate) adds(in Input) map[finding.Item]string {
	present := map[problem]bool{}
	for _, i := range in.Blocking {
		if f := in.Findings[i]; inBase(f) {
			present[problemOf(f)] = true
		}
	}
	added := map[finding.Item]string{}
	for _, b := range c.Blocking {
		if !present[problemOf(b)] {
			added[b.Item()] = b.ID
		}
	}
	return added
}

// brings lists the identifiers of what it adds, sorted.
func (c *Candidate) brings(in Input) []string {
	ids := slices.Sorted(maps.Values(c.adds(in)))
	return slices.Compact(ids)
}

// TakeBaseline tells of findings of a candidate, or of a package in another version, how they compare with the state before a
// change: those that the judged image has, too, as they do there, and all others are new.
func TakeBaseline(candidate, judged []finding.Finding) {
	states := map[problem]finding.BaselineState{}
	for _, f := range judged {
		states[problemOf(f)] = f.Baseline
	}
	for i := range candidate {
		state, ok := states[problemOf(candidate[i])]
		if !ok {
			state = finding.BaselineNew
		}
		candidate[i].Baseline = state
	}
}
