package main

import (
	"fmt"
	"strings"

	"github.com/layergate/layergate/pkg/ci"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/report"
)

const (
	// maxWarnings is how many of a run's own warnings are annotations: what blocks needs the room.
	maxWarnings = 5
	// maxNamed is how many vulnerabilities an annotation names.
	maxNamed = 5
)

// annotate spends what the CI system shows of a step's annotations: some for the run's warnings, then one for each package
// that blocks, the worst and those that can be repaired first, down from errors to notices. A last one says how much more
// there is.
func (c *command) annotate(rep *report.Report) {
	for i, w := range rep.Warnings {
		if i == maxWarnings-1 && len(rep.Warnings) > maxWarnings {
			ci.Warn(c.platform, fmt.Sprintf("%d more warnings are in the summary and in %s", len(rep.Warnings)-i, report.JSONFile))
			break
		}
		ci.Warn(c.platform, w)
	}
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
		c.platform.Annotate(ci.Annotation{Level: level, Message: fmt.Sprintf("%d more packages block this image; all are in the summary and in %s", more, report.JSONFile)})
	}
}

// levels are those of the annotations that the CI system still shows, the loudest first. Where a verdict fails nothing, no
// finding is an error.
func (c *command) levels() []ci.Level {
	var out []ci.Level
	for _, level := range []ci.Level{ci.LevelError, ci.LevelWarning, ci.LevelNotice} {
		if level == ci.LevelError && c.observe {
			continue
		}
		for range c.platform.Room(level) {
			out = append(out, level)
		}
	}
	return out
}

// annotation puts a package on the line that brought it.
func annotation(a report.Advice, level ci.Level) ci.Annotation {
	f := a.Findings[0]
	out := ci.Annotation{Level: level, Code: f.ID, Title: title(a), Message: message(a)}
	if f.Location != nil {
		out.File, out.Line, out.EndLine = f.Location.File, f.Location.Line, f.Location.EndLine
	}
	return out
}

func title(a report.Advice) string {
	named := fmt.Sprintf("%s: %s in %s %s", a.Worst(), a.Findings[0].ID, a.Package.Name, a.Package.Version)
	if more := len(a.Findings) - 1; more > 0 {
		named += fmt.Sprintf(" and %d more", more)
	}
	return named
}

func message(a report.Advice) string {
	f := a.Findings[0]
	var b strings.Builder
	if f.Summary != "" {
		b.WriteString(f.Summary + "\n")
	}
	b.WriteString(remedy(a))
	if len(a.Findings) > 1 {
		var names []string
		for _, f := range a.Findings[:min(len(a.Findings), maxNamed)] {
			names = append(names, fmt.Sprintf("%s (%s)", f.ID, f.Severity))
		}
		if more := len(a.Findings) - len(names); more > 0 {
			names = append(names, fmt.Sprintf("%d more", more))
		}
		b.WriteString("\n" + strings.Join(names, ", "))
	}
	fmt.Fprintf(&b, "\n%s, brought by layer %d", f.Package.Path, f.Layer.Index)
	if f.Layer.CreatedBy != "" {
		fmt.Fprintf(&b, ": %s", f.Layer.CreatedBy)
	}
	if more := a.Places - 1; more > 0 {
		fmt.Fprintf(&b, "\nIt is in %d more places", more)
	}
	return b.String()
}

// remedy says what to do about a package.
func remedy(a report.Advice) string {
	all := len(a.Findings)
	switch {
	case len(a.Upgrade) > 0 && a.Fixable < all:
		return fmt.Sprintf("Upgrade %s, which removes %d of %d.", a.UpgradeTo(), a.Fixable, all)
	case len(a.Upgrade) > 0:
		return fmt.Sprintf("Upgrade %s.", a.UpgradeTo())
	case a.Findings[0].Fix.State == finding.FixFixed && len(a.Findings[0].Fix.Versions) > 0:
		return "Only an earlier version repairs it."
	case a.Findings[0].Fix.State == finding.FixWontFix:
		return "It will not be repaired."
	default:
		return "There is no fixed version yet."
	}
}
