package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pmezard/go-difflib/difflib"
	"github.com/spf13/cobra"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/project"
	"github.com/layergate/layergate/pkg/remedy"
	"github.com/layergate/layergate/pkg/report"
	"github.com/layergate/layergate/pkg/safetext"
)

// maxEdited is how many bytes a file that a patch changes may have.
const maxEdited = 4 << 20

func (c *command) fixCommand() *cobra.Command {
	var from string
	var dryRun bool
	cmd := &cobra.Command{
		Use: "fix --dry-run [--from FILE]", Short: "Print a patch with the remedies of a run", Args: c.noArguments,
		Long: "Fix reads the layergate.json of an earlier run and prints, as a patch that git apply takes, the remedies that change one line: " +
			"a FROM instruction, a version that a RUN instruction, a requirements file or a manifest names, and the instruction that upgrades packages " +
			"of the base image. It names the others with their commands on standard error, and changes no file.",
		Example: "  layergate fix --dry-run | git apply",
		RunE: func(*cobra.Command, []string) error {
			if !dryRun {
				return fault.Request(errors.New("fix changes no file by itself"), "print the patch with --dry-run, look at it, and give it to git apply")
			}
			from, err := reportOr(from)
			if err != nil {
				return err
			}
			rep, err := c.reportFrom(from)
			if err != nil {
				return err
			}
			return fix(c.stdout, c.stderr, project.Worktree(rootOf()), rep.Remedies)
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "the layergate.json of a run; - reads the standard input, and empty means the one below "+allResults)
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "print the patch, and change nothing")
	return cmd
}

// reportOr is the named report, or else that of the last run: the only one below the directory for reports.
func reportOr(named string) (string, error) {
	if named != "" {
		return named, nil
	}
	found, err := filepath.Glob(filepath.Join(allResults, "*", report.JSONFile))
	switch {
	case err != nil:
		return "", err
	case len(found) == 0:
		return "", fault.Request(fmt.Errorf("there is no report below %s", allResults), "scan the image first, or name a report with --from")
	case len(found) > 1:
		return "", fault.Request(fmt.Errorf("there are reports of several images: %s", strings.Join(found, ", ")), "name one with --from")
	}
	return found[0], nil
}

// fix prints a patch to out, and what is not in it to rest.
func fix(out, rest io.Writer, files project.Files, plan remedy.Plan) error {
	before, after := map[string][]string{}, map[string][]string{}
	var names []string
	for _, s := range plan.Steps {
		edited := false
		if l := s.Location; l != nil {
			if before[l.File] == nil {
				raw, err := files.ReadFile(l.File, maxEdited)
				if err != nil {
					fmt.Fprintf(rest, "%s was not read: %s\n", safetext.Escape(l.File), safetext.Escape(err.Error()))
				}
				before[l.File] = strings.SplitAfter(string(raw), "\n")
				after[l.File] = slices.Clone(before[l.File])
				names = append(names, l.File)
			}
			if lines := after[l.File]; l.Line >= 1 && l.Line <= len(lines) {
				var line string
				if line, edited = s.Apply(lines[l.Line-1]); edited {
					lines[l.Line-1] = line
				}
			}
		}
		if !edited || s.Command != "" {
			printStep(rest, s, edited)
		}
	}
	for _, name := range slices.Sorted(slices.Values(names)) {
		lines := strings.SplitAfter(strings.Join(after[name], ""), "\n") // an edit may have added some
		if err := printDiff(out, name, before[name], lines); err != nil {
			return err
		}
	}
	return nil
}

// printStep names a step that a patch does not hold, or what is left to do beside the patch.
func printStep(w io.Writer, s remedy.Step, edited bool) {
	what := "not in the patch"
	if edited {
		what = "after the patch"
	}
	line := safetext.Escape(s.Title)
	if s.Command != "" {
		line += ": " + safetext.Escape(s.Command)
	}
	fmt.Fprintf(w, "%s: %s\n", what, line)
}

// printDiff writes the difference between two versions of a file as git does; nothing where there is none.
func printDiff(w io.Writer, name string, before, after []string) error {
	if slices.Equal(before, after) {
		return nil
	}
	// A last line without an end would run into what follows.
	end := func(lines []string) []string {
		if n := len(lines); n > 0 && lines[n-1] == "" {
			return lines[:n-1]
		} else if n > 0 {
			lines = slices.Clone(lines)
			lines[n-1] += "\n\\ No newline at end of file\n"
		}
		return lines
	}
	return difflib.WriteUnifiedDiff(w, difflib.UnifiedDiff{A: end(before), B: end(after), FromFile: "a/" + name, ToFile: "b/" + name, Context: 3})
}
