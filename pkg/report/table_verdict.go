package report

import (
	"fmt"
	"strings"

	"github.com/clipperhouse/displaywidth"
)

// verdict writes the block that a reader sees last: the verdict, what to do about it, and what it rests on.
func (b *tableWriter) verdict() {
	r, s := b.r, b.r.summarize()
	word := b.paint("1;32", "CLEAN")
	if s.blocked {
		word = b.paint("1;31", "BLOCKED")
	}
	title := orImage(TerminalText(r.title()))
	if b.wrap > 0 && len("BLOCKED  ")+displaywidth.String(title) > b.wrap {
		b.WriteString(word + "\n")
		b.lines(2, title)
	} else {
		b.WriteString(word + "  ")
		b.hanging(0, 2, title)
	}
	if d := r.image().Digest; d != "" && !strings.Contains(r.title(), "@") {
		b.lines(2, d)
	}
	for _, line := range []string{s.sentence, s.database, s.rest, s.base, s.change} {
		b.lines(2, line)
	}
	b.remedies()
	for _, of := range r.Platforms {
		line := of.Coverage.sentence()
		if len(r.Platforms) > 1 {
			line = of.Platform + ": " + line
		}
		b.lines(2, line)
	}
	for _, warning := range r.allWarnings() {
		b.hanging(2, 4, "warning: "+warning)
	}
	line := "policy: " + r.policyLine()
	if r.Database.asked() {
		line = "database " + r.databaseLine() + "; " + line
	}
	b.lines(2, line)
}

// remedies says what to do first, and what remains when all is done.
func (b *tableWriter) remedies() {
	s, p := b.r.summarize(), b.r.Remedies
	if !s.blocked {
		return
	}
	steps, rest := p.Steps, 0
	if b.summary != "" {
		steps, rest = firstOf(p.Steps, firstSteps)
	}
	for i, s := range steps {
		if i == 0 {
			b.WriteString("  " + b.bold("What to do first:") + "\n")
		}
		b.hanging(2, 5, fmt.Sprintf("%d. %s", i+1, stepSentence(s)))
		for _, line := range stepCode(s) {
			b.WriteString("     " + TerminalText(line) + "\n") // whole, to be copied
		}
	}
	if rest > 0 {
		b.lines(2, fmt.Sprintf("… and %s in %s", plural(rest, "more step"), TerminalText(b.summary)))
	}
	if remains := remainingSentence(p.Remaining); remains != "" {
		b.lines(2, remains)
	}
	b.lines(2, "How to get to green: "+gettingToGreen)
}
