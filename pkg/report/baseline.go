package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
)

// changeShare counts what came with the change and what was there before, each thing to repair once.
func (r *Report) changeShare() string {
	if r.Baseline == nil {
		return ""
	}
	states := map[finding.Item]finding.BaselineState{}
	for _, f := range r.Findings {
		k := f.Item()
		states[k] = moreRecent(states[k], f.Baseline)
	}
	number := map[finding.BaselineState]int{}
	for _, s := range states {
		number[s]++
	}
	var parts []string
	for _, s := range finding.BaselineStates() {
		parts = append(parts, fmt.Sprintf("%d %s", number[s], baselineWords(s)))
	}
	return "compared with " + cmp.Or(r.Baseline.Name, r.Baseline.Source) + ": " + strings.Join(parts, ", ")
}

// baselineWords says in a few words how a finding compares with the baseline.
func baselineWords(s finding.BaselineState) string {
	switch s {
	case finding.BaselineNew:
		return "new with this change"
	case finding.BaselineUnchanged:
		return "already there"
	case finding.BaselineNewlyKnown:
		return "newly known"
	}
	return ""
}

// moreRecent is the state of findings that are shown as one: new if one of them is.
func moreRecent(a, b finding.BaselineState) finding.BaselineState {
	if compareRecent(a, b) < 0 {
		return a
	}
	return b
}

// compareRecent puts what is new with the change first, and then what is newly known.
func compareRecent(a, b finding.BaselineState) int {
	order := []finding.BaselineState{finding.BaselineNew, finding.BaselineNewlyKnown, finding.BaselineUnchanged, ""}
	return cmp.Compare(slices.Index(order, a), slices.Index(order, b))
}

// sarifState is a state in the words of SARIF 2.1.0 (section 3.27.24), which compares with the results of the baseline: a
// vulnerability that was not known then is new among them.
func sarifState(s finding.BaselineState) string {
	switch s {
	case finding.BaselineNew, finding.BaselineNewlyKnown:
		return "new"
	case finding.BaselineUnchanged:
		return "unchanged"
	}
	return ""
}
