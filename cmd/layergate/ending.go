package main

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/layergate/layergate/pkg/ci"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/report"
)

// complete tells the CI system how its step ended. A command that somebody's script runs is no step: the script has
// its own ending.
func (c *command) complete() {
	if !c.isStep {
		return
	}
	ending := ci.Ending{Result: ci.Failed, Verdict: c.verdict, Reports: c.reports()}
	switch {
	case c.exit != exitClean:
	case c.verdict == string(policy.Clean):
		// Whatever warnings there are: a step that is yellow for good, say for the age of a distribution, teaches
		// people to overlook it.
		ending.Result = ci.Succeeded
	default:
		ending.Result = ci.SucceededWithIssues
	}
	c.platform.Complete(ending)
}

// reports returns the directory of the reports, or "" if it also holds other files: files that the project keeps
// there, such as the image itself, must not be published with the reports.
func (c *command) reports() string {
	p, _ := c.place() // the error was told when the run began
	dir := p.dir
	if dir == "" {
		return ""
	}
	other, found := "", false
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return nil
		case !slices.Contains(report.FileNames(), d.Name()):
			other = path
			return fs.SkipAll
		}
		found = true
		return nil
	})
	if err != nil {
		return "" // there is none, and why was said when it could not be written
	}
	if other != "" {
		fmt.Fprintf(c.platform.LogWriter(), "%s holds other files than reports, such as %s, and is kept as no artifact\n", dir, other)
		return ""
	}
	if !found {
		return ""
	}
	return dir
}
