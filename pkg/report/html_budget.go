package report

import "fmt"

// What the page has at most. A browser takes long to open a page with more, and to filter it.
const (
	maxOnPage  = 10_000 // findings
	maxListed  = 500    // changes
	maxPassing = 1_000  // of one list of what passes
)

// onPage returns what tells whether the page has a finding of an index: any one, or where they are too many, those that block first.
// Of both, the worst come first, as the report has them.
func (r *Report) onPage() func(int) bool {
	if len(r.Findings) <= maxOnPage {
		return func(int) bool { return true }
	}
	blocking, shown := r.blocking(), map[int]bool{}
	for _, blocks := range []bool{true, false} {
		for i := range r.Findings {
			if _, ok := blocking[i]; ok == blocks && len(shown) < maxOnPage {
				shown[i] = true
			}
		}
	}
	return func(i int) bool { return shown[i] }
}

// leftOut says what the page does not have, of which it shows some findings; empty for nothing.
func (r *Report) leftOut(shown int) string {
	blocking, rest := r.tally()
	all := blocking.total() + rest.total()
	if shown >= all {
		return ""
	}
	return fmt.Sprintf("This page has %d of %d findings, since a browser takes long for all: those that block come first, and then the most severe. All are in %s.", shown, all, JSONFile)
}
