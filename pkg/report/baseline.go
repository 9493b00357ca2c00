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
	order := []finding.BaselineState{"", finding.BaselineUnchanged, finding.BaselineNewlyKnown, finding.BaselineNew}
	if slices.Index(order, a) > slices.Index(order, b) {
		return a
	}
	return b
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
