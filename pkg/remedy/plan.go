package remedy

import (
	"cmp"
	"slices"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/lockfile"
)

// Input is what a plan is worked out from.
type Input struct {
	Findings []finding.Finding // in the report's order
	Blocking []int             // those that block, by index
	Base     Base              // the image that the judged one is built on; its zero value where that is not known
	// Candidates are images that could take the place of Base, the one to prefer first; none where nobody looked for some.
	Candidates []Candidate
	// Source tells where the project names the version of the package that a vulnerability is of; it is nil where nothing is known
	// of the project's files.
	Source func(finding.Finding) (lockfile.Source, bool)
	// Via are the packages that bring that of a finding, by the finding's index, as manifests in the image say it; none for a
	// package that is there by itself, and where that is not known. What Source says of a package goes before it.
	Via map[int][]string
	// Replaced holds what would block of packages in other versions, for those of Replacements that somebody looked up.
	Replaced map[Replacement][]finding.Finding
}

// Base is the image that another one is built on.
type Base struct {
	Name     string            // as the FROM instruction or the image names it
	Location *finding.Location // of the FROM instruction, where it is known
	User     string            // that its configuration names; empty for root
	// Installed are the names of the packages of rpm that it has on every platform.
	Installed map[string]bool
}

// New works out the plan, the same one for the same input. Of all sets of steps that leave the fewest items it takes one of the
// smallest, and of equally small ones that with the first of the candidates. Trying each candidate, and none, is enough to
// find it: only a base image removes what another step would remove, too. What only another major version of a package
// repairs has a step of its own, which goes further than the one that stays within the major version.
func New(in Input) Plan {
	targets := targetsOf(in)
	var best *draft
	for i := range in.Candidates {
		if c := &in.Candidates[i]; c.removesAny(in) {
			if d := newDraft(in, targets, c); best == nil || d.better(best) {
				best = d
			}
		}
	}
	if without := newDraft(in, targets, nil); best == nil || without.better(best) {
		best = without
	}
	return best.plan()
}

// draft divides what blocks among steps.
type draft struct {
	in        Input
	targets   targets
	candidate *Candidate // takes the place of the base image; nil leaves it
	works     map[work][]int
	remaining []int
	adds      int // items that the candidate brings
}

// work identifies a step among those of a draft.
type work struct {
	kind    Kind
	what    string // of the kind
	further bool   // see Step.Further
}

// The work on a base image.
const (
	workImage  = "image"  // take the candidate
	workSystem = "system" // upgrade packages of the distribution
	workNewer  = "newer"  // find an image that nobody has looked for
)

func newDraft(in Input, targets targets, candidate *Candidate) *draft {
	d := &draft{in: in, targets: targets, candidate: candidate, works: map[work][]int{}}
	if candidate != nil {
		d.adds = len(candidate.adds(in))
	}
	for _, i := range in.Blocking {
		if w, ok := d.workOn(in.Findings[i]); ok {
			d.works[w] = append(d.works[w], i)
		} else {
			d.remaining = append(d.remaining, i)
		}
	}
	return d
}

// workOn chooses the step that removes a finding; false means that none does.
func (d *draft) workOn(f finding.Finding) (work, bool) {
	if w, ok := d.byCandidate(f); ok {
		return w, true
	}
	if f.Vulnerability == nil {
		return work{kind: KindCorrect, what: correction(f)}, true
	}
	if !Removable(f) && f.Malicious() && !inBase(f) {
		return work{kind: KindCorrect, what: correction(f)}, true
	}
	if !Removable(f) {
		return work{}, false
	}
	base, system := inBase(f), isSystem(f.Vulnerability.Package.Type)
	switch {
	case base && system && !isDistroless(f):
		return work{kind: KindBase, what: workSystem}, true
	case base:
		return work{kind: KindBase, what: workNewer}, len(d.in.Candidates) == 0
	case system && !isPinned(f):
		return work{kind: KindRebuild}, true
	}
	return d.upgradeOf(f)
}

// correction identifies what is to be corrected because of a finding. What fails the same check and wants the same, such as
// several containers or packages, is told together.
func correction(f finding.Finding) string {
	if f.Check != nil {
		return f.ID + "\x00" + f.Check.Wants
	}
	return f.Item().Change
}

// byCandidate gives a finding to the candidate if that does not have it, and if it is one that the rebuild on another image
// removes.
func (d *draft) byCandidate(f finding.Finding) (work, bool) {
	c := d.candidate
	if c == nil {
		return work{}, false
	}
	w := work{kind: KindBase, what: workImage}
	if c.Pull {
		w.kind = KindRebuild
	}
	if inBase(f) {
		return w, !c.has(f)
	}
	rebuilt := f.Vulnerability != nil && Removable(f) && isSystem(f.Vulnerability.Package.Type) && !isPinned(f)
	return w, rebuilt && c.SameRelease
}

// better tells whether a draft leaves fewer items than another, or as many after fewer steps.
func (d *draft) better(than *draft) bool {
	left := func(d *draft) int { return len(itemsOf(d.in, d.remaining)) + d.adds }
	return cmp.Or(cmp.Compare(left(d), left(than)), cmp.Compare(len(d.works), len(than.works))) < 0
}

// plan writes the draft down.
func (d *draft) plan() Plan {
	var drafted []planned
	for w, indexes := range d.works {
		s := planned{Step: d.step(w, indexes)}
		s.Removes = tally(d.in, indexes, nil)
		if s.Kind == KindUpgrade {
			s.above = d.targets.of(d.in.Findings[indexes[0]].Vulnerability.Package).above(s.Changes[0].Type)
		}
		drafted = append(drafted, s)
	}
	slices.SortFunc(drafted, func(a, b planned) int { return compareSteps(a.Step, b.Step) })
	steps := followParents(drafted)
	sayOnce(steps)
	p := Plan{Remedy: outcome(steps), Steps: steps}
	counted := map[finding.Item]bool{}
	p.Remaining = d.remains(counted)
	for i := len(steps) - 1; i >= 0; i-- {
		steps[i].Removes = tally(d.in, steps[i].Removes.Findings, counted)
	}
	return p.WithLists()
}

// compareSteps puts first what removes most of the worst, and last what goes further than another step.
func compareSteps(a, b Step) int {
	if a.Further != b.Further {
		if a.Further {
			return 1
		}
		return -1
	}
	for _, s := range finding.Severities() {
		if c := cmp.Compare(b.Removes.Severities.Of(s), a.Removes.Severities.Of(s)); c != 0 {
			return c
		}
	}
	return cmp.Or(
		cmp.Compare(b.Removes.Count, a.Removes.Count), cmp.Compare(slices.Index(Kinds(), a.Kind), slices.Index(Kinds(), b.Kind)),
		cmp.Compare(a.Title, b.Title), slices.Compare(a.Removes.Findings, b.Removes.Findings),
	)
}

// outcome is what the steps take together. A rebuild that may be of no use is nothing that a machine should do by itself.
func outcome(steps []Step) Outcome {
	out := OutcomeNone
	for _, s := range steps {
		switch {
		case s.Kind == KindRebuild && s.Sure:
			if out == OutcomeNone {
				out = OutcomeRebuild
			}
		case s.Kind == KindBase:
			out = OutcomeBase
		default:
			return OutcomeSource
		}
	}
	return out
}

// itemsOf lists the items that some findings are of.
func itemsOf(in Input, indexes []int) map[finding.Item]bool {
	items := map[finding.Item]bool{}
	for _, i := range indexes {
		items[in.Findings[i].Item()] = true
	}
	return items
}

// tally counts the items of findings that are not counted yet, and adds them to those that are.
func tally(in Input, indexes []int, counted map[finding.Item]bool) Tally {
	t := Tally{Findings: slices.Sorted(slices.Values(indexes))}
	if counted == nil {
		counted = map[finding.Item]bool{}
	}
	for _, i := range t.Findings {
		f := in.Findings[i]
		if item := f.Item(); !counted[item] {
			counted[item] = true
			t.Count++
			if f.Kind != finding.KindCoverage {
				t.Severities.Add(f.Severity)
			}
		}
	}
	return t
}
