package main

import (
	"fmt"

	"github.com/layergate/layergate/pkg/ci"
	"github.com/layergate/layergate/pkg/report"
)

// maxWarnings is how many of a run's own warnings are annotations: what blocks needs the room.
const maxWarnings = 5

// annotate writes annotations within the limit of the CI system: some of the run's warnings, then what blocks as errors, and
// what is new with the change and passes as warnings, one for each item to repair, such as a package. Where a verdict fails
// nothing, what would block is a warning. Where little is to be said, there are the run's warnings and errors alone.
func (c *command) annotate(rep *report.Report) {
	c.warnAll(rep)
	if c.quiet {
		if !c.observe {
			c.annotateAdvice(rep.Advice(), ci.LevelError, "block "+rep.Name())
		}
		return
	}
	c.annotatePolicy(rep)
	level := ci.LevelError
	if c.observe {
		level = ci.LevelWarning
	}
	c.annotateAdvice(rep.Advice(), level, "block "+rep.Name())
	c.annotateAdvice(rep.AdviceOnNew(), ci.LevelWarning, "are new with this change and pass")
}

// warnAll tells the warnings of a run.
func (c *command) warnAll(rep *report.Report) {
	for i, w := range rep.Warnings {
		if i == maxWarnings-1 && len(rep.Warnings) > maxWarnings {
			ci.Warn(c.platform, fmt.Sprintf("%d more warnings are in %s", len(rep.Warnings)-i, c.whereAll()))
			break
		}
		ci.Warn(c.platform, w)
	}
}

// annotateAdvice writes as many annotations of a level as the CI system will still show. A last one counts the items that are
// left out, and what they do.
func (c *command) annotateAdvice(advice []report.Advice, level ci.Level, do string) {
	room := c.platform.AnnotationsLeft(level)
	shown := len(advice)
	if shown > room {
		shown = max(room-1, 0)
	}
	for _, a := range advice[:shown] {
		c.platform.Annotate(annotation(a, level))
	}
	rest := len(advice) - shown
	if rest == 0 {
		return
	}
	if room == 0 {
		level = ci.LevelNotice
	}
	c.platform.Annotate(ci.Annotation{Level: level, Message: fmt.Sprintf("%d more %ss %s; all are in %s", rest, items(advice[shown:]), do, c.whereAll())})
}

// whereAll names what has everything that annotations have no room for. The summary may leave out some, too.
func (c *command) whereAll() string {
	if p, _ := c.place(); p.dir == "" { // without an error, which would have ended the run
		return "the log"
	}
	return report.JSONFile
}

// maxNotes is how many notes about the policy, and about what will block soon, are annotations.
const maxNotes = 5

// annotatePolicy puts notes about exceptions on their lines of the policy file, and warns of what will block soon.
func (c *command) annotatePolicy(rep *report.Report) {
	notes := rep.PolicyNotes()
	for i, n := range notes {
		if i == maxNotes-1 && len(notes) > maxNotes {
			ci.Warn(c.platform, fmt.Sprintf("%d more notes about the policy are in %s", len(notes)-i, c.whereAll()))
			return
		}
		a := ci.Annotation{Level: ci.LevelWarning, Title: n.Title, Message: n.Message}
		if n.Location != nil {
			a.File, a.Line, a.EndLine = n.Location.File, n.Location.Line, n.Location.EndLine
		}
		c.platform.Annotate(a)
	}
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
		out.File, out.Line, out.EndLine, out.Column = a.Location.File, a.Location.Line, a.Location.EndLine, a.Location.Column
	}
	return out
}
