package report

import (
	"fmt"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/remedy"
)

// firstSteps is how many steps a reader is told first.
const firstSteps = 3

// stepSentence is a step on one line, without a full stop and not yet escaped: what to do, on which line, and what that removes.
func stepSentence(s remedy.Step) string {
	line := s.Title
	if s.Location != nil {
		line += ", in " + lineOf(*s.Location)
	}
	line += ": " + stepEffect(s)
	if s.Note != "" {
		line += "; " + s.Note
	}
	return line
}

// planSentence says in a few sentences what to do first, and what remains; empty where there is nothing to do.
func planSentence(p remedy.Plan) string {
	var sentences []string
	if n := len(p.Steps); n > 0 {
		first := "First: " + printable(p.Steps[0].Title)
		if n > 1 {
			first += fmt.Sprintf("; then %s", plural(n-1, "more step"))
		}
		sentences = append(sentences, first+".")
	}
	if remains := remainingSentence(p.Remaining); remains != "" {
		sentences = append(sentences, remains)
	}
	return strings.Join(sentences, " ")
}

// stepEffect says what a step removes, and what it brings.
func stepEffect(s remedy.Step) string {
	removes := "removes "
	if !s.Sure {
		removes = "may remove "
	}
	effect := removes + tallyWords(s.Removes)
	if s.Adds > 0 {
		effect += fmt.Sprintf(", and brings %d others", s.Adds)
	}
	if via, rest := firstOf(s.Via, 3); len(via) > 0 {
		effect += ", brought by " + strings.Join(via, ", ")
		if rest > 0 {
			effect += fmt.Sprintf(" and %d more", rest)
		}
	}
	return effect
}

// tallyWords counts by severity, and what has none.
func tallyWords(t remedy.Tally) string {
	words := countWords(t.Severities)
	gaps := t.Count - t.Severities.Total()
	switch {
	case gaps > 0 && words != "":
		return words + " and " + plural(gaps, finding.KindCoverage.Noun())
	case gaps > 0:
		return plural(gaps, finding.KindCoverage.Noun())
	case words == "":
		return "nothing more" // each counts for the last step that removes some of it
	}
	return words
}

// remainingSentence says what blocks after all steps, with a full stop; empty where nothing does.
func remainingSentence(r remedy.Remaining) string {
	if r.Count == 0 {
		return ""
	}
	s := fmt.Sprintf("Nobody can remove %s today (%s)", plural(r.Count, "finding"), tallyWords(r.Tally))
	if r.Base > 0 {
		s += fmt.Sprintf(", of which %d %s the base image's", r.Base, verb(r.Base, "is", "are"))
	}
	return s + ": accept in writing what you can live with, or replace what brings it."
}
