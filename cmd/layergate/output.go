package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/layergate/layergate/pkg/ci"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/report"
)

// addOutputFlag adds the flag for reports beside those of the input output-dir.
func (c *command) addOutputFlag(flags *pflag.FlagSet) {
	var names []string
	for _, f := range report.Formats() {
		names = append(names, f.Name)
	}
	c.addOutputs(flags, names)
}

// addOutputs adds the flag for what a command prints or writes, in the named formats.
func (c *command) addOutputs(flags *pflag.FlagSet, names []string) {
	flags.StringArrayVarP(&c.output, "output", "o", nil, "a report to print, and nothing else on the standard output, as `FORMAT` or FORMAT=-; or one to write, as FORMAT=FILE; "+
		"may be given more than once. The formats are "+strings.Join(names, ", ")+".")
}

// output is a report that the user asks for.
type output struct {
	format report.Format
	file   string // empty for the standard output
}

// prints tells whether the standard output is a report's or a document's, so that nothing else may be written there.
func (c *command) prints() bool {
	return c.json || slices.ContainsFunc(c.output, func(text string) bool {
		_, file, named := strings.Cut(text, "=")
		return !named || isStandardOutput(file)
	})
}

// isStandardOutput tells whether a file that a report is to be written to is the standard output, as other commands write that.
func isStandardOutput(file string) bool { return file == "-" || file == "/dev/stdout" }

// parseOutputs reads FORMAT and FORMAT=FILE, of which the file may be the standard output.
func parseOutputs(texts []string) ([]output, error) {
	var out []output
	err := eachOutput(texts, func(name, file string) error {
		format, err := report.ParseFormat(name)
		out = append(out, output{format, file})
		return err
	})
	return out, err
}

// eachOutput reads FORMAT and FORMAT=FILE, and hands on the names and the files, which are empty for the standard output.
func eachOutput(texts []string, take func(name, file string) error) error {
	const form = "write FORMAT or FORMAT=FILE, such as json or sarif=layergate.sarif"
	seen := map[string]bool{}
	for _, text := range texts {
		name, file, named := strings.Cut(text, "=")
		if named && file == "" {
			return fault.Request(fmt.Errorf("--output %s names no file", text), form)
		}
		switch {
		case isStandardOutput(file):
			file = ""
		case named:
			file = filepath.Clean(file)
		}
		key := strings.ToLower(file) // not every file system tells upper from lower case
		switch {
		case seen[key] && file == "":
			return fault.Request(errors.New("two reports cannot share the standard output"), "write one of them to a file, as FORMAT=FILE")
		case seen[key]:
			return fault.Request(fmt.Errorf("two reports cannot share the file %s", file), form)
		}
		seen[key] = true
		if err := take(name, file); err != nil {
			return err
		}
	}
	return nil
}

// removeOutputs removes the files of an earlier run, which could be taken for this one's. What is no file, one that the run is to
// read, a name of the run's own reports in their directory, or a place where none can be made, is refused. Reports is that directory;
// empty for none.
func removeOutputs(files, read []string, reports string) error {
	for _, file := range files {
		if file == "" {
			continue
		}
		if leavesProject(filepath.Dir(file)) {
			return fault.Request(fmt.Errorf("--output %s leads through a link out of the project, and no report is written there", file), "name the file by its own path")
		}
		if isReport(file, reports) {
			return fault.Request(fmt.Errorf("--output %s is the name of a report in the run's own directory", file),
				"name a file elsewhere; --formats FORMAT has the run write more formats into its directory, and --output-dir off writes none")
		}
		if err := report.CanCreate(filepath.Dir(file)); err != nil {
			return fault.Request(fmt.Errorf("--output %s cannot be written: %w", file, err), "name a file in a directory that is there and can be written to")
		}
		info, err := os.Lstat(file)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err == nil && isOneOf(info, read):
			return fault.Request(fmt.Errorf("--output %s would replace what the run is to read", file), "name another file")
		case err == nil && !info.Mode().IsRegular():
			return fault.Request(fmt.Errorf("--output %s is there already and not a file", file), "name another file, or remove it")
		}
		if err := errors.Join(err, os.Remove(file)); err != nil {
			return fmt.Errorf("removing the report of an earlier run: %w", err)
		}
	}
	return nil
}

// filesOf are the files of outputs.
func filesOf(outputs []output) []string {
	files := make([]string, 0, len(outputs))
	for _, o := range outputs {
		files = append(files, o.file)
	}
	return files
}

// toRead lists what the inputs name that the run is to read.
func toRead(in *input.Values) []string {
	out := []string{in.String("image"), in.String("policy"), in.String("dockerfile"), in.String("verdict-policy")}
	for _, name := range []string{"db", "vex", "manifests", "cleared", "key", "advisories"} {
		out = append(out, in.List(name)...)
	}
	for _, text := range in.List("require") {
		out = append(out, policy.Requirement(text).Path())
	}
	return out
}

// isReport tells whether a file has the name of one that a run may write into the directory of its reports, on a machine that does not
// tell upper from lower case.
func isReport(file, directory string) bool {
	named := func(name string) bool { return strings.EqualFold(name, filepath.Base(file)) }
	return directory != "" && sameDirectory(filepath.Dir(file), directory) && slices.ContainsFunc(report.FileNames(), named)
}

// isOneOf tells whether a file is that of one of the paths.
func isOneOf(file fs.FileInfo, paths []string) bool {
	return slices.ContainsFunc(paths, func(path string) bool {
		info, err := os.Stat(path)
		return err == nil && os.SameFile(file, info)
	})
}

// writeOutputs writes what the user asked for, and returns the files.
func (c *command) writeOutputs(outputs []output, rep *report.Report) (files []string, err error) {
	for _, o := range outputs {
		if o.file == "" {
			if err := c.print(o.format, rep); err != nil {
				return nil, err
			}
			continue
		}
		if err := report.WriteFile(o.file, o.format, rep); err != nil {
			return nil, err
		}
		files = append(files, o.file)
	}
	return files, nil
}

// print writes a report to standard output. The table of a terminal may have colours.
func (c *command) print(f report.Format, rep *report.Report) error {
	render := func(w io.Writer) error { return f.Render(w, rep) }
	if f.File == "" {
		render = func(w io.Writer) error { return report.Table(w, rep, c.tableOptions()) }
	}
	if err := render(c.stdout); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}

// showVerdict writes the result for people: where a report has the standard output nothing, and the verdict alone where little is
// to be said. It returns where more can be said.
func (c *command) showVerdict(rep *report.Report) (io.Writer, error) {
	out := c.platform.LogWriter()
	switch {
	case c.prints():
		return out, nil
	case c.quiet:
		return out, report.VerdictLine(c.stdout, rep, c.tableOptions())
	case c.platform.Name() == ci.Terminal:
		out = c.stdout
	}
	opt := c.tableOptions()
	if p, _ := c.place(); p.dir != "" { // else the run had failed by now
		opt.Summary = report.MarkdownFile
	}
	return out, report.Table(out, rep, opt)
}

// printJSON prints a document for programs on the standard output.
func (c *command) printJSON(document any) error {
	e := json.NewEncoder(c.stdout)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(document)
}
