package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/layergate/layergate/pkg/ci"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/gate"
	"github.com/layergate/layergate/pkg/report"
)

// maxAnnotations is how many errors GitHub and Azure Pipelines show for one step.
const maxAnnotations = 10

// show tells people and the CI system what the run found out.
func (c *command) show(result *gate.Result) error {
	rep := result.Report
	out := c.platform.LogWriter()
	opt := report.TableOptions{}
	if c.platform.Name() == ci.Terminal {
		out = c.stdout
		opt.Color = isTerminal(c.stdout) && c.getenv("NO_COLOR") == "" && c.getenv("TERM") != "dumb"
	}
	if err := report.Table(out, rep, opt); err != nil {
		return fmt.Errorf("writing the table: %w", err)
	}
	listFiles(out, result.Files)
	if c.platform.Name() == ci.Terminal {
		return nil // the table has it all
	}
	for _, w := range rep.Warnings {
		ci.Warn(c.platform, w)
	}
	c.annotate(rep)
	for _, f := range result.Files {
		if filepath.Base(f) != report.MarkdownFile {
			continue
		}
		if err := c.platform.Summary(f); err != nil {
			return fmt.Errorf("handing over the summary: %w", err)
		}
	}
	return nil
}

func listFiles(out io.Writer, files []string) {
	fmt.Fprintln(out, "\nReports:")
	for _, f := range files {
		fmt.Fprintln(out, "  "+f)
	}
}

// annotate shows the worst of what blocks, and says how much more there is.
func (c *command) annotate(rep *report.Report) {
	blocking := rep.Blocking()
	shown := blocking
	if len(blocking) > maxAnnotations {
		shown = blocking[:maxAnnotations-1]
	}
	for _, f := range shown {
		a := ci.Annotation{Level: c.level(), Code: f.ID, Title: title(f), Message: message(f)}
		if f.Location != nil {
			a.File, a.Line, a.EndLine = f.Location.File, f.Location.Line, f.Location.EndLine
		}
		c.platform.Annotate(a)
	}
	if more := len(blocking) - len(shown); more > 0 {
		message := fmt.Sprintf("%d more findings block this image; all are in the summary and in %s", more, report.JSONFile)
		c.platform.Annotate(ci.Annotation{Level: c.level(), Message: message})
	}
}

// level is how loud a blocking finding is.
func (c *command) level() ci.Level {
	if c.observe {
		return ci.LevelWarning
	}
	return ci.LevelError
}

func title(f finding.Finding) string {
	return fmt.Sprintf("%s: %s in %s %s", f.Severity, f.ID, f.Package.Name, f.Package.Version)
}

func message(f finding.Finding) string {
	var b strings.Builder
	if f.Summary != "" {
		b.WriteString(f.Summary + "\n")
	}
	switch {
	case len(f.Fix.Versions) > 0:
		fmt.Fprintf(&b, "Upgrade %s to %s.", f.Package.Name, strings.Join(f.Fix.Versions, " or "))
	case f.Fix.State == finding.FixWontFix:
		b.WriteString("It will not be repaired.")
	default:
		b.WriteString("There is no fixed version yet.")
	}
	fmt.Fprintf(&b, "\n%s, brought by layer %d", f.Package.Path, f.Layer.Index)
	if f.Layer.CreatedBy != "" {
		fmt.Fprintf(&b, ": %s", f.Layer.CreatedBy)
	}
	return b.String()
}

// handOver sets the outputs for later steps, when the run has come to its end: after the push, where there is one.
func (c *command) handOver(result *gate.Result) error {
	rep := result.Report
	c.verdict = string(rep.Verdict.Outcome)
	outputs := [][2]string{
		{"verdict", c.verdict},
		{"digest", rep.Image.Digest},
		{"findings", strconv.Itoa(len(rep.Findings))},
		{"blocking", strconv.Itoa(len(rep.Verdict.Blocking))},
	}
	for _, f := range result.Files {
		if filepath.Base(f) == report.SARIFFile {
			outputs = append(outputs, [2]string{"sarif", filepath.ToSlash(f)})
		}
	}
	for _, o := range outputs {
		if err := c.platform.SetOutput(o[0], o[1]); err != nil {
			return fmt.Errorf("setting the output %s: %w", o[0], err)
		}
	}
	return nil
}

// The outcomes of runs that reached no verdict, as the output verdict names them.
const (
	outcomeUndecided = "undecided"
	outcomeInvalid   = "invalid"
)

// reportFailure tells a CI system of a run without a verdict what it tells it of others: the outcome and a summary. What
// cannot be told is no second failure.
func (c *command) reportFailure(message string, hints []string) {
	if c.platform.Name() == ci.Terminal {
		return
	}
	outcome := outcomeUndecided
	if c.exit == exitRequest {
		outcome = outcomeInvalid
	}
	c.verdict = outcome
	if err := c.platform.SetOutput("verdict", outcome); err != nil {
		fmt.Fprintln(c.platform.LogWriter(), err)
	}
	path, err := report.WriteFailure(c.platform.Inputs().String("output-dir"), outcome == outcomeInvalid, message, hints)
	if err == nil {
		err = c.platform.Summary(path)
	}
	if err != nil {
		fmt.Fprintln(c.platform.LogWriter(), err)
	}
}
