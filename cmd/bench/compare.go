package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// comparison are the samples that two programs gave of one work, by round.
type comparison struct {
	title    string
	old, new []sample
}

// change is how a measure of the new program compares with that of the old one.
type change struct {
	Ratio float64 `json:"ratio"` // the median of the ratios of the rounds, new to old
	Low   float64 `json:"low"`   // the spread of that median
	High  float64 `json:"high"`
}

// of compares a measure, round by round: what the machine did otherwise meets both programs of a round.
func (c comparison) of(q quantity) (change, bool) {
	var ratios []float64
	for i := range min(len(c.old), len(c.new)) {
		if before := q(c.old[i]); before > 0 {
			ratios = append(ratios, q(c.new[i])/before)
		}
	}
	if len(ratios) == 0 {
		return change{}, false
	}
	low, high := spread(ratios)
	return change{middle(ratios), low, high}, true
}

// mistaken is how often a spread may miss the ratio that many more rounds would give.
const mistaken = 1. / 15

// spread is the interval that has the true median of the values in it, but for the share that is allowed to be mistaken: so
// many of the smallest and of the largest values are left out as the sign test allows. With fewer than five values none are,
// and it is mistaken more often.
func spread(values []float64) (low, high float64) {
	sorted := slices.Sorted(slices.Values(values))
	n, out := len(sorted), 0
	// The chance that the median lies below the value at index out, or above its mirror image, by the binomial distribution.
	chance, term := 0., 2.
	for range n {
		term /= 2
	}
	for k := 0; k < n/2; k++ {
		if chance += term; chance > mistaken {
			break
		}
		out = k
		term *= float64(n-k) / float64(k+1)
	}
	return sorted[out], sorted[n-1-out]
}

// text says the ratio, and whether there is a difference. less and more are words for it.
func (c change) text(less, more string) string {
	says := "no difference seen"
	switch {
	case c.High < 1:
		says = "**" + less + "**"
	case c.Low > 1:
		says = "**" + more + "**"
	}
	return fmt.Sprintf("×%.2f (%.2f–%.2f) %s", c.Ratio, c.Low, c.High, says)
}

// writeComparison prints the comparisons as Markdown.
func writeComparison(w io.Writer, heading string, list []comparison) error {
	var b strings.Builder
	b.WriteString(heading + "\n\n| work | old | new | wall time, new to old | processor time | peak memory | from the registry |\n|---|---|---|---|---|---|---|\n")
	for _, c := range list {
		fmt.Fprintf(&b, "| %s | %s s | %s s |", c.title, number(median(c.old, wall)), number(median(c.new, wall)))
		for _, column := range []struct {
			of         quantity
			less, more string
		}{{wall, "faster", "slower"}, {cpu, "less", "more"}, {peak, "less", "more"}, {received, "less", "more"}} {
			text := ""
			if change, ok := c.of(column.of); ok {
				text = change.text(column.less, column.more)
			}
			fmt.Fprintf(&b, " %s |", text)
		}
		b.WriteString("\n")
	}
	b.WriteString("\nEach ratio is the median of the rounds, of each of which old and new were measured one after the other. Behind it stands its " +
		"spread, which with five rounds and more has the true median in it at least 14 times of 15: where it includes 1, no difference is seen. " +
		"With so many ratios one is mistaken now and then: measure again what matters.\n")
	_, err := io.WriteString(w, b.String())
	return err
}
