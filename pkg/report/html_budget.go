package report

import "fmt"

// What the page has at most. A browser takes long to open a page with more, and to filter it.
const (
	maxOnPage  = 10_000 // findings
	maxOfRow   = 50     // findings of a row, as long as others have none
	maxListed  = 500    // changes
	maxPassing = 1_000  // of one list of what passes
)

// onPage returns what tells whether the page has a finding of an index: any one, or where they are too many, those that block first.
// Of both, each row gets some before one gets all, and the worst come first, as the report has them.
func (r *Report) onPage() func(int) bool {
	if len(r.Findings) <= maxOnPage {
		return func(int) bool { return true }
	}
	blocking, shown := r.blocking(), map[int]bool{}
	fill := func(blocks bool, ofRow int) {
		rows := map[string]int{}
		for i, f := range r.Findings {
			if _, ok := blocking[i]; ok != blocks || shown[i] || len(shown) == maxOnPage {
				continue
			}
			if row := groupOf(f); rows[row] < ofRow {
				rows[row]++
				shown[i] = true
			}
		}
	}
	for _, blocks := range []bool{true, false} {
		fill(blocks, maxOfRow)
		fill(blocks, maxOnPage)
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
