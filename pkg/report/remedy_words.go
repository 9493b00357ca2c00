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
	line := stepTitle(s) + stepPlace(s) + ": " + stepEffect(s)
	if s.Note != "" {
		line += "; " + s.Note
	}
	return line
}

// advice says on one line, without a full stop and not yet escaped, what to do about a group of findings: the step's title and
// line, and how many of all it removes where that is not all.
func (s groupStep) advice(all int) string {
	line := stepTitle(s.Step) + stepPlace(s.Step)
	if s.removes < all {
		line += fmt.Sprintf(": %s%d of %d", removesWords(s.Step), s.removes, all)
	}
	if s.Note != "" {
		line += "; " + s.Note
	}
	return line
}

// stepPlace says on which line a step is done, not yet escaped; empty where that is not known.
func stepPlace(s remedy.Step) string {
	if s.Location == nil {
		return ""
	}
	return ", " + stepPreposition(s) + " " + lineOf(*s.Location)
}

// stepPreposition tells whether a step changes a line or adds some behind it.
func stepPreposition(s remedy.Step) string {
	if s.Edit != nil && s.Edit.Old == "" {
		return "behind"
	}
	return "in"
}

// stepCode is what a reader copies to do a step, line by line and not yet escaped: the command, or else what to write into the
// file.
func stepCode(s remedy.Step) []string {
	switch {
	case s.Command != "":
		return []string{s.Command}
	case s.Edit == nil || s.Kind == remedy.KindBase && s.Edit.Old != "": // the title says it
		return nil
	case s.Edit.Old != "":
		return []string{s.Edit.Old + " → " + strings.Join(s.Edit.New, " ")}
	}
	return s.Edit.New
}

// stepTitle is the title of a step, not yet escaped. It begins with a capital letter, unless it begins with a package's name.
func stepTitle(s remedy.Step) string {
	if s.Kind == remedy.KindUpgrade {
		return s.Title
	}
	return upperFirst(s.Title)
}

// stepEffect says what a step removes, and what it brings.
func stepEffect(s remedy.Step) string {
	effect := removesWords(s) + tallyWords(s.Removes)
	if brings := bringsWords(s); brings != "" {
		effect += ", and " + brings
	}
	if len(s.Via) > 0 {
		effect += ", brought by " + firstNames(s.Via)
	}
	return effect
}

// removesWords begins to say what a step removes, and whether that is sure.
func removesWords(s remedy.Step) string {
	if s.Sure {
		return "removes "
	}
	return "may remove "
}

// bringsWords says what a step brings that would block; empty for nothing.
func bringsWords(s remedy.Step) string {
	if s.Adds == 0 {
		return ""
	}
	words := "brings " + plural(s.Adds, "other")
	if len(s.Brings) > 0 {
		words += " (" + firstNames(s.Brings) + ")"
	}
	return words
}

// firstNames names the first three of some names, and counts the others.
func firstNames(names []string) string {
	shown, rest := firstOf(names, 3)
	words := strings.Join(shown, ", ")
	if rest > 0 {
		words += fmt.Sprintf(" and %d more", rest)
	}
	return words
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
	switch {
	case r.Base == r.Count:
		s += verb(r.Count, ", which is the base image's", ", all of them the base image's")
	case r.Base > 0:
		s += fmt.Sprintf(", of which %d %s the base image's", r.Base, verb(r.Base, "is", "are"))
	}
	return s + ": accept in writing what you can live with, or replace what brings it."
}
