package main

import (
	"fmt"

	"github.com/layergate/layergate/pkg/ci"
	"github.com/layergate/layergate/pkg/report"
)

// maxWarnings is how many of a run's own warnings are annotations: what blocks needs the room.
const maxWarnings = 5

// annotate writes annotations within the limit of the CI system: first some of the run's warnings, then one for each
// item to repair, such as a package. The most severe and the repairable items come first and get the highest levels. A
// last annotation counts the items that are left out.
func (c *command) annotate(rep *report.Report) {
	for i, w := range rep.Warnings {
		if i == maxWarnings-1 && len(rep.Warnings) > maxWarnings {
			ci.Warn(c.platform, fmt.Sprintf("%d more warnings are in the summary and in %s", len(rep.Warnings)-i, report.JSONFile))
			break
		}
		ci.Warn(c.platform, w)
	}
	c.annotatePolicy(rep)
	levels, advice := c.levels(), rep.Advice()
	shown := len(advice)
	if shown > len(levels) {
		shown = max(len(levels)-1, 0)
	}
	for i, a := range advice[:shown] {
		c.platform.Annotate(annotation(a, levels[i]))
	}
	if more := len(advice) - shown; more > 0 {
		level := ci.LevelNotice
		if len(levels) > 0 {
			level = levels[len(levels)-1]
		}
		c.platform.Annotate(ci.Annotation{Level: level, Message: fmt.Sprintf("%d more %ss block %s; all are in the summary and in %s", more, items(advice[shown:]), rep.Name(), report.JSONFile)})
	}
}

// maxNotes is how many notes about the policy, and about what will block soon, are annotations.
const maxNotes = 5

// annotatePolicy puts notes about exceptions on their lines of the policy file, and warns of what will block soon.
func (c *command) annotatePolicy(rep *report.Report) {
	notes := rep.PolicyNotes()
	for i, n := range notes {
		if i == maxNotes-1 && len(notes) > maxNotes {
			ci.Warn(c.platform, fmt.Sprintf("%d more notes about the policy are in the summary and in %s", len(notes)-i, report.JSONFile))
			return
		}
		a := ci.Annotation{Level: ci.LevelWarning, Title: n.Title, Message: n.Message}
		if n.Location != nil {
			a.File, a.Line, a.EndLine = n.Location.File, n.Location.Line, n.Location.EndLine
		}
		c.platform.Annotate(a)
	}
}

// levels returns a level for each annotation that the CI system will still show, errors first. Where a verdict fails
// nothing, no finding is an error.
func (c *command) levels() []ci.Level {
	var out []ci.Level
	for _, level := range []ci.Level{ci.LevelError, ci.LevelWarning, ci.LevelNotice} {
		if level == ci.LevelError && c.observe {
			continue
		}
		for range c.platform.AnnotationsLeft(level) {
			out = append(out, level)
		}
	}
	return out
}

// items returns the noun for what the advice is about, such as package, or finding where the items differ.
func items(advice []report.Advice) string {
	for _, a := range advice {
		if a.Item != advice[0].Item {
			return "finding"
		}
	}
	return advice[0].Item
}

// annotation puts advice on the line that it is about.
func annotation(a report.Advice, level ci.Level) ci.Annotation {
	out := ci.Annotation{Level: level, Code: a.ID, Title: a.Title, Message: a.Message}
	if a.Location != nil {
		out.File, out.Line, out.EndLine = a.Location.File, a.Location.Line, a.Location.EndLine
	}
	return out
}
