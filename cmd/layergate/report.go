package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/report"
)

// reportCommand writes another form of a report that a run left behind.
func (c *command) reportCommand() *cobra.Command {
	var from, format string
	cmd := &cobra.Command{
		Use:   "report --from FILE -o FORMAT[=FILE]...",
		Short: "Write a report in another format",
		Long:  "Report reads the layergate.json of an earlier run and writes it in other formats (" + strings.Join(report.FormatNames(), ", ") + "): the same bytes that the run itself wrote.",
		Example: "  layergate report --from layergate-results/image/layergate.json -o table\n" +
			"  layergate report --from layergate-results/image/layergate.json -o sarif=layergate.sarif",
		Args: c.noArguments,
		RunE: func(*cobra.Command, []string) error {
			if format != "" {
				if len(c.output) > 1 {
					return fault.Request(errors.New("--format goes with one --output, which is a file"), "leave it out, and write --output FORMAT=FILE")
				}
				c.output = []string{strings.Join(append([]string{format}, c.output...), "=")}
			}
			if from == "" || len(c.output) == 0 {
				return fault.Request(errors.New("report needs --from FILE and --output FORMAT"), "see layergate report --help")
			}
			outputs, err := parseOutputs(c.output)
			if err != nil {
				return err
			}
			rep, err := readReport(from)
			if err != nil {
				return err
			}
			_, err = c.writeOutputs(outputs, rep)
			return err
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "the layergate.json of a run")
	cmd.Flags().StringVar(&format, "format", "", "the format of the one file that --output names; the same as --output FORMAT=FILE")
	c.addOutputFlag(cmd.Flags())
	return cmd
}

// readReport reads a layergate.json that the user named.
func readReport(path string) (*report.Report, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.Request(fmt.Errorf("the report %s does not exist", path), "name the layergate.json that a run wrote into its output-dir")
	}
	if err != nil {
		return nil, fmt.Errorf("reading the report: %w", err)
	}
	defer f.Close()
	rep, err := report.Read(f)
	if err != nil {
		return nil, fmt.Errorf("reading the report %s: %w", path, err)
	}
	return rep, nil
}
