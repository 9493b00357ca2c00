package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/spf13/cobra"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/pipe"
	"github.com/layergate/layergate/pkg/regular"
	"github.com/layergate/layergate/pkg/report"
)

// reportCommand writes another form of a report that a run left behind.
func (c *command) reportCommand() *cobra.Command {
	var from, format string
	cmd := &cobra.Command{
		Use:   "report [FILE | -] [-o FORMAT[=FILE]]...",
		Short: "Write a report in another format",
		Long: "Report reads the layergate.json of an earlier run and writes it in other formats (" + strings.Join(report.FormatNames(), ", ") + "): the same bytes that the run itself wrote. " +
			"Without a format it prints the table, and without a file it reads the one below " + allResults + ". - reads the standard input.",
		Example: "  layergate report layergate-results/image/layergate.json\n" +
			"  layergate report -o sarif=layergate.sarif\n" +
			"  curl https://ci.example/layergate.json | layergate report - -o html=layergate.html",
		Args:              c.atMostOneArgument,
		ValidArgsFunction: completeFiles("json"),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 && from != "" {
				return fault.Request(fmt.Errorf("%q and --from both name the report", args[0]), "leave one of them out")
			}
			if format != "" {
				if len(c.output) > 1 {
					return fault.Request(errors.New("--format goes with one --output, which is a file"), "leave it out, and write --output FORMAT=FILE")
				}
				c.output = []string{strings.Join(append([]string{format}, c.output...), "=")}
			}
			if len(c.output) == 0 {
				c.output = []string{"table"}
			}
			outputs, err := parseOutputs(c.output)
			if err != nil {
				return err
			}
			path, err := reportOr(cmp.Or(from, strings.Join(args, "")))
			if err != nil {
				return err
			}
			rep, err := c.reportFrom(path)
			if err != nil {
				return err
			}
			_, err = c.writeOutputs(outputs, rep)
			return err
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "the layergate.json of a run, which may be given without the flag")
	cmd.Flags().StringVar(&format, "format", "", "the format of the one file that --output names; the same as --output FORMAT=FILE")
	c.addOutputFlag(cmd.Flags())
	return cmd
}

// reportFrom reads a layergate.json that the user named, or one that comes through the standard input.
func (c *command) reportFrom(path string) (*report.Report, error) {
	if path != image.Pipe {
		return readReport(path)
	}
	if isTerminal(c.stdin) {
		return nil, fault.Request(errors.New("there is no report in the standard input, which is a terminal"), "pipe a layergate.json into it, or name the file")
	}
	raw, err := pipe.ReadAll(c.stdin, report.MaxSize)
	if err != nil {
		return nil, fmt.Errorf("reading the report from the standard input: %w", err)
	}
	return parseReport("from the standard input", raw)
}

// readReport reads a layergate.json that the user named.
func readReport(path string) (*report.Report, error) {
	raw, err := reportFile(path)
	if err != nil {
		return nil, err
	}
	return parseReport(path, raw)
}

// reportFile reads the file of a report that the user named. A link below the project leads to no file outside of it.
func reportFile(path string) ([]byte, error) {
	raw, err := regular.ReadNamed(rootOf(), path, report.MaxSize)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fault.Request(fmt.Errorf("the report %s does not exist", path), fault.HintPath(path, "name the layergate.json that a run wrote into its output-dir"))
	case err != nil:
		return nil, fault.Request(fmt.Errorf("the report: %w", err), "name the layergate.json itself: a pipe is not read, and no link that leads out of the project")
	}
	return raw, nil
}

func parseReport(path string, raw []byte) (*report.Report, error) {
	rep, err := report.Read(raw)
	if err != nil {
		return nil, fault.Request(fmt.Errorf("reading the report %s: %w", path, err), "")
	}
	return rep, nil
}
