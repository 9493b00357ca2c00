package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/report"
)

// reportCommand writes another form of a report that a run left behind.
func (c *command) reportCommand() *cobra.Command {
	var from, format, output string
	cmd := &cobra.Command{
		Use:     "report --from FILE --format FORMAT",
		Short:   "Write a report in another format",
		Long:    "Report reads the layergate.json of an earlier run and writes it in another format (" + strings.Join(report.FormatNames(), ", ") + "): the same bytes that the run itself wrote.",
		Example: "  layergate report --from layergate-results/layergate.json --format sarif -o layergate.sarif",
		Args:    c.noArguments,
		RunE: func(*cobra.Command, []string) error {
			if from == "" || format == "" {
				return fault.Request(errors.New("report needs --from FILE and --format FORMAT"), "see layergate report --help")
			}
			f, err := report.ParseFormat(format)
			if err != nil {
				return err
			}
			rep, err := readReport(from)
			if err != nil {
				return err
			}
			if output == "" {
				return c.print(f, rep)
			}
			return report.WriteFile(output, f, rep)
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "the layergate.json of a run")
	cmd.Flags().StringVar(&format, "format", "", strings.Join(report.FormatNames(), ", "))
	cmd.Flags().StringVarP(&output, "output", "o", "", "the file to write; empty means standard output")
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
