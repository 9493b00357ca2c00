package report

import (
	"cmp"
	"slices"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

// alert groups the findings that code scanning shows as one alert: all findings with the same fingerprint, such as the
// same vulnerability of the same package at the same path, whatever the platforms, versions and layers. Code scanning
// tells alerts apart by fingerprint, so that two results with the same one would silently become one of them.
type alert struct {
	first       finding.Finding // the one that the alert is about: a blocking one, else a visible one
	words       words           // of the first
	findings    []finding.Finding
	each        []words // of findings, in their order
	fingerprint string
	blocks      bool
	tolerated   bool // one of the findings passes because the policy is no stricter, or not yet
	reason      string
	state       finding.BaselineState // new if one of them is; empty where there is no baseline
	waived      *policy.Decision      // of a finding that an exception waives; nil where another one blocks
}

// alerts gathers the findings, the blocking alerts first, then in the order of finding.Sort.
func (r *Report) alerts() []alert {
	blocking, waived, tolerated := r.blocking(), r.withEffect(policy.Waived), r.withEffect(policy.Tolerated)
	index := map[string]int{}
	var alerts []alert
	for i, f := range r.Findings {
		reason, blocks := blocking[i]
		fingerprint := f.Fingerprint()
		n, ok := index[fingerprint]
		if !ok {
			index[fingerprint] = len(alerts)
			n = len(alerts)
			alerts = append(alerts, alert{first: f, findings: []finding.Finding{f}, fingerprint: fingerprint, blocks: blocks, reason: reason})
		} else {
			alerts[n].findings = append(alerts[n].findings, f)
		}
		a := &alerts[n]
		a.state = moreRecent(a.state, f.Baseline)
		if _, ok := tolerated[i]; ok {
			a.tolerated = true
		}
		if d, ok := waived[i]; ok && a.waived == nil {
			a.waived = &d
		}
		if blocks && !a.blocks || blocks == a.blocks && a.first.State == finding.Shadowed && f.State != finding.Shadowed {
			a.first = f
		}
		if blocks && !a.blocks {
			a.blocks, a.reason = true, reason
		}
	}
	for i := range alerts {
		if alerts[i].blocks || alerts[i].tolerated {
			alerts[i].waived = nil
		}
	}
	slices.SortStableFunc(alerts, func(a, b alert) int {
		return cmp.Or(compareBool(b.blocks, a.blocks), finding.Compare(a.first, b.first))
	})
	return alerts
}

// findWords finds the words of all findings once, since several parts of a result use them.
func (a *alert) findWords() {
	a.words = wordsOf(a.first)
	for _, f := range a.findings {
		a.each = append(a.each, wordsOf(f))
	}
}

// sarifLevel is a level of SARIF 2.1.0 (section 3.27.10).
type sarifLevel string

// level is that of the effect: an error blocks, whatever its severity, a warning passes because the policy is no stricter,
// and a note asks nobody to do anything.
func (a *alert) level() sarifLevel {
	switch {
	case a.blocks:
		return "error"
	case a.tolerated:
		return "warning"
	}
	return "note"
}

// loudest is the highest level of some alerts.
func loudest(alerts []alert) sarifLevel {
	order := []sarifLevel{"note", "warning", "error"}
	level := order[0]
	for i := range alerts {
		if l := alerts[i].level(); slices.Index(order, l) > slices.Index(order, level) {
			level = l
		}
	}
	return level
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	default:
		return -1
	}
}

// distinct lists what of gives for each finding, sorted, each value once and none empty.
func (a *alert) distinct(of func(finding.Finding, words) string) []string {
	values := []string{}
	for i, f := range a.findings {
		if v := of(f, a.each[i]); v != "" {
			values = append(values, v)
		}
	}
	return sortedOnce(values)
}

// sortedOnce sorts values in place and drops repeated ones.
func sortedOnce(values []string) []string {
	slices.Sort(values)
	return slices.Compact(values)
}
