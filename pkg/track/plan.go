package track

import (
	"cmp"
	"maps"
	"slices"

	"github.com/layergate/layergate/pkg/audit"
)

// What is done.
const (
	opens   = "open"
	updates = "update"
	closes  = "close"
)

// step is one change.
type step struct {
	do     string
	before written // zero for one that is to be opened
	ticket ticket
	note   string
}

// plan says what is to be changed, by repository. Nothing is where nothing is new. What is open is closed only where it is known that
// nothing blocks any more: all images of the repository are clean, or the registry has none, and no image is undecided whose repository is
// not known.
func plan(r *audit.Result, before map[string]written) []step {
	families := r.Families()
	var out []step
	for _, repository := range slices.Sorted(maps.Keys(families)) {
		if s := next(newFamily(repository, families[repository]), before[repository]); s.do != "" && repository != "" {
			out = append(out, s)
		}
	}
	for _, repository := range slices.Sorted(maps.Keys(before)) {
		if _, is := families[repository]; !is && before[repository].open && r.Whole(repository) {
			out = append(out, step{closes, before[repository], ticket{repository: repository}, "The registry keeps no image of this repository any more."})
		}
	}
	if len(families[""]) > 0 {
		out = slices.DeleteFunc(out, func(s step) bool { return s.do == closes })
	}
	return out
}

// next is what is to be done about a repository with images; the zero value for nothing.
func next(f family, before written) step {
	is := before.number != 0
	switch {
	case len(f.Blocked) == 0 && before.open && len(f.Undecided) == 0:
		return step{closes, before, ticket{repository: f.Name}, "All images of this repository that the audit looked at are clean."}
	case len(f.Blocked) == 0:
		return step{}
	}
	t := f.ticket()
	switch {
	case !is:
		return step{do: opens, ticket: t}
	case !before.open || before.fingerprint != t.fingerprint:
		return step{updates, before, t, f.news(before)}
	}
	return step{}
}

// family is the images of one repository.
type family struct {
	Name               string
	All                int
	Blocked, Undecided []audit.Entry
	Rebuild            int    // blocked images of which building again removes all that can be removed
	Items              []item // the worst first
}

// item is something that blocks, in all images of a repository.
type item struct {
	audit.Blocker
	Images int
}

// Name is the identifier and what has it, which together tell an item from others.
func (i item) Name() string { return i.ID + " " + i.Subject }

func newFamily(name string, images []audit.Entry) family {
	f := family{Name: name, All: len(images)}
	items := map[string]item{}
	for _, e := range images {
		switch e.Outcome {
		case audit.Undecided:
			f.Undecided = append(f.Undecided, e)
		case audit.Blocked:
			f.Blocked = append(f.Blocked, e)
			if e.ClearedByRebuild() {
				f.Rebuild++
			}
		}
		for _, b := range e.Blocking {
			i := item{Blocker: b}
			if known, ok := items[i.Name()]; ok {
				i = known
			}
			i.Images++
			items[i.Name()] = i
		}
	}
	f.Items = slices.SortedFunc(maps.Values(items), func(a, b item) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), b.Images-a.Images, cmp.Compare(a.Name(), b.Name()))
	})
	return f
}
