package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/term"

	"github.com/layergate/layergate/pkg/ci"
	"github.com/layergate/layergate/pkg/gate"
	"github.com/layergate/layergate/pkg/redact"
	"github.com/layergate/layergate/pkg/report"
)

// show writes the result of the run: for people the table, annotations and summary, and the reports that the user asked for.
func (c *command) show(result *gate.Result, outputs []output) error {
	if err := c.showImage(result, outputs); err != nil || c.platform.Name() == ci.Terminal {
		return err
	}
	for _, f := range result.Files {
		switch filepath.Base(f) {
		case report.MarkdownFile:
			if err := c.platform.Summary(f); err != nil {
				return fmt.Errorf("publishing the summary: %w", err)
			}
		case report.HTMLFile:
			if err := c.publishPage(f); err != nil {
				return fmt.Errorf("publishing the page: %w", err)
			}
		}
	}
	return nil
}

// showImage writes the table and the annotations about an image, or about manifests, and the reports that the user asked for.
func (c *command) showImage(result *gate.Result, outputs []output) error {
	rep := result.Report
	out, err := c.showVerdict(rep)
	if err != nil {
		return fmt.Errorf("writing the verdict: %w", err)
	}
	files, err := c.writeOutputs(outputs, rep)
	if err != nil {
		return err
	}
	listFiles(out, slices.Concat(result.Files, files))
	if c.platform.Name() == ci.Terminal {
		if c.quiet {
			c.warnAll(rep)
		}
		return nil // the table has it all
	}
	c.annotate(rep)
	return nil
}

// publishPage attaches the page to the run under the name of its directory, where that was chosen for the image: two steps that scan
// the same image do not replace each other's pages.
func (c *command) publishPage(path string) error {
	p, err := c.place()
	if err != nil {
		return err
	}
	name := p.name
	if within(allResults, p.dir) {
		name = filepath.Base(p.dir)
	}
	return c.platform.Page(name, path)
}

// tableOptions returns how wide the table may be on the standard output, whether its sentences are wrapped and whether it may use
// colors there.
func (c *command) tableOptions() report.TableOptions {
	if c.platform.Name() != ci.Terminal {
		return report.TableOptions{Width: report.LogWidth, Unwrapped: true}
	}
	opt := report.TableOptions{Width: report.TableWidth}
	if !isTerminal(c.stdout) {
		return opt
	}
	if f, ok := c.stdout.(*os.File); ok {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
			opt.Width = width
		}
	}
	opt.Color = c.env.Getenv("NO_COLOR") == "" && c.env.Getenv("TERM") != "dumb"
	return opt
}

func listFiles(out io.Writer, files []string) {
	if len(files) == 0 {
		return
	}
	fmt.Fprintln(out, "\nReports:")
	for _, f := range files {
		fmt.Fprintln(out, "  "+f)
	}
}

// setOutputs sets the outputs for later steps, when the run has come to its end: after the push, where there is one.
func (c *command) setOutputs(result *gate.Result, pushed []string) error {
	rep := result.Report
	if err := c.keepReports(); err != nil {
		return err
	}
	c.verdict = string(rep.Verdict.Outcome)
	outputs := [][2]string{
		{"verdict", c.verdict},
		{"digest", rep.Digest()},
		{"image-id", rep.ImageID()},
		{"pushed", strings.Join(pushed, ",")},
		{"findings", strconv.Itoa(len(rep.Findings))},
		{"blocking", strconv.Itoa(len(rep.Verdict.Blocking()))},
		{"remedy", string(rep.Remedies.Remedy)},
	}
	for _, f := range result.Files {
		if filepath.Base(f) == report.SARIFFile {
			outputs = append(outputs, [2]string{"reports", filepath.ToSlash(filepath.Dir(f))})
			outputs = append(outputs, [2]string{"sarif", filepath.ToSlash(f)})
		}
	}
	return c.hand(outputs)
}

// hand sets outputs by their names.
func (c *command) hand(outputs [][2]string) error {
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

// reportFailure writes the outcome and a summary of a run that reached no verdict. On a terminal it writes the summary
// only if references were pushed before the failure. Errors in doing so are logged and do not hide the first one.
func (c *command) reportFailure(f report.Failure) {
	onTerminal := c.platform.Name() == ci.Terminal
	if onTerminal && len(f.Pushed)+len(f.Unknown) == 0 {
		return
	}
	c.verdict = outcomeUndecided
	if f.Invalid {
		c.verdict = outcomeInvalid
	}
	var err error
	if p, _ := c.place(); p.dir != "" { // its error is the failure
		var path string
		if path, err = report.WriteFailure(p.dir, f); err == nil && !onTerminal {
			err = c.platform.Summary(path)
		}
	}
	for _, o := range [][2]string{{"verdict", c.verdict}, {"digest", f.Digest}, {"pushed", strings.Join(f.Pushed, ",")}} {
		err = errors.Join(err, c.platform.SetOutput(o[0], o[1]))
	}
	if err != nil {
		fmt.Fprintln(c.log, redact.Text(err.Error()))
	}
}
