package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/project"
	"github.com/layergate/layergate/pkg/remedy"
	"github.com/layergate/layergate/pkg/report"
	"github.com/layergate/layergate/pkg/safetext"
)

func (c *command) fixCommand() *cobra.Command {
	var from []string
	var dryRun bool
	cmd := &cobra.Command{
		Use: "fix --dry-run [--from FILE]...", Short: "Print a patch with the remedies of a run", Args: c.noArguments,
		Long: "Fix reads the layergate.json of earlier runs and prints, as a patch that git apply takes, the remedies that change one line: " +
			"a FROM instruction, a version that a RUN instruction, a requirements file or a manifest names, and the instruction that upgrades packages " +
			"of the base image. It names the others on standard error, each with its command and why it is not in the patch, and changes no file.",
		Example: "  layergate fix --dry-run | git apply",
		RunE: func(*cobra.Command, []string) error {
			if !dryRun {
				return fault.Request(errors.New("fix changes no file by itself"), "print the patch with --dry-run, look at it, and give it to git apply")
			}
			from, err := reportsOr(from)
			if err != nil {
				return err
			}
			var reports []*report.Report
			for _, path := range from {
				rep, err := c.reportFrom(path)
				if err != nil {
					return err
				}
				reports = append(reports, rep)
			}
			return fix(c.stdout, c.stderr, project.Worktree(rootOf()), from, reports)
		},
	}
	cmd.Flags().StringArrayVar(&from, "from", nil, "the layergate.json of a run; - reads the standard input; may be given more than once; none means all those below "+allResults)
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "print the patch, and change nothing")
	return cmd
}

// reportsOr are the named reports, or else all those below the directory for reports.
func reportsOr(named []string) ([]string, error) {
	if len(named) > 0 {
		return named, nil
	}
	found, err := filepath.Glob(filepath.Join(allResults, "*", report.JSONFile))
	if err != nil {
		return nil, err
	}
	ofSets, err := filepath.Glob(filepath.Join(allResults, "*", "*", report.JSONFile))
	if found = append(found, ofSets...); err == nil && len(found) == 0 {
		err = fault.Request(fmt.Errorf("there is no report below %s", allResults), "scan the image first, or name a report with --from")
	}
	return found, err
}

// reportOr is the named report, or else that of the last run: the only one below the directory for reports.
func reportOr(named string) (string, error) {
	if named != "" {
		return named, nil
	}
	found, err := reportsOr(nil)
	switch {
	case err != nil:
		return "", err
	case len(found) > 1:
		return "", fault.Request(fmt.Errorf("there are reports of several images: %s", strings.Join(found, ", ")), "name one with --from")
	}
	return found[0], nil
}

// fix prints a patch with the remedies of reports to out, and to rest what is not in it and why. What several images want is said
// once.
func fix(out, rest io.Writer, files project.Files, from []string, reports []*report.Report) error {
	p := newPatch(files)
	var said []remedy.Step
	for i, rep := range reports {
		if len(reports) > 1 {
			fmt.Fprintf(rest, "%s:\n", safetext.Escape(from[i]))
		}
		if len(rep.Remedies.Steps) == 0 {
			fmt.Fprintln(rest, "nothing to patch: "+whyNothing(rep))
		}
		before := len(said)
		for _, s := range rep.Remedies.Steps {
			if !slices.ContainsFunc(said, func(o remedy.Step) bool { return sameChange(s, o) }) {
				said = append(said, s)
				printStep(rest, s, p.add(s))
			}
		}
		if len(rep.Remedies.Steps) > 0 && len(said) == before {
			fmt.Fprintln(rest, "nothing more")
		}
	}
	if p.edits == 0 && len(said) > 0 {
		fmt.Fprintln(rest, "the patch is empty")
	}
	return p.print(out)
}

// whyNothing is why a report has no remedies.
func whyNothing(rep *report.Report) string {
	if len(rep.Verdict.Blocking()) == 0 {
		return "nothing blocks " + rep.Name()
	}
	return "nobody can remove today what blocks " + rep.Name()
}

// sameChange tells whether two steps are one for whoever takes them, whatever they remove from an image.
func sameChange(a, b remedy.Step) bool {
	samePlace := a.Location == b.Location || a.Location != nil && b.Location != nil && *a.Location == *b.Location
	return samePlace && a.Kind == b.Kind && a.Title == b.Title && a.Command == b.Command
}

// printStep names a step that a patch does not hold, for a reason, or what is left to do beside the patch.
func printStep(w io.Writer, s remedy.Step, reason string) {
	what := "not in the patch"
	switch {
	case reason == "" && s.Command == "":
		return
	case reason == "":
		what = "after the patch"
	}
	line := safetext.Escape(s.Title)
	if s.Command != "" {
		line += ": " + safetext.Escape(s.Command)
	}
	fmt.Fprintf(w, "%s: %s\n", what, line)
	if reason != "" {
		fmt.Fprintf(w, "  %s\n", safetext.Escape(reason))
	}
}
