package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/policy/vex"
	"github.com/layergate/layergate/pkg/report"
)

func (c *command) vexCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "vex", Short: "Tell others which findings do no harm", Args: c.noArguments, RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	cmd.AddCommand(c.vexExportCommand())
	return cmd
}

func (c *command) vexExportCommand() *cobra.Command {
	var from, author, output string
	cmd := &cobra.Command{
		Use: "export --from FILE --author NAME", Short: "Write exceptions with the status not_affected as OpenVEX", Args: c.noArguments,
		Long: "Export reads the layergate.json of an earlier run, and writes an OpenVEX document with a statement for each exception that " +
			"has the status not_affected and waived a finding of the image.",
		Example: "  layergate vex export --from layergate-results/image/layergate.json --author security@example.org -o app.openvex.json",
		RunE: func(*cobra.Command, []string) error {
			if from == "" || author == "" {
				return fault.Request(errors.New("export needs --from FILE and --author NAME"), "see layergate vex export --help")
			}
			rep, err := c.reportFrom(from)
			if err != nil {
				return err
			}
			return c.exportVEX(rep, author, output)
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "the layergate.json of a run; - reads the standard input")
	cmd.Flags().StringVar(&author, "author", "", "who makes the statements, such as a team's address")
	cmd.Flags().StringVarP(&output, "output", "o", "", "the file to write; empty means standard output")
	return cmd
}

// exportVEX writes what a report's exceptions say of its image.
func (c *command) exportVEX(rep *report.Report, author, output string) error {
	if rep.Image == nil {
		return fault.Request(errors.New("the report is not about an image"), "name the layergate.json of a gate or scan")
	}
	if rep.Image.Digest == "" {
		return fault.Request(errors.New("the report names no digest of its image, and a name alone could be that of others"),
			"export from the layergate.json of a gate that pushed it, or of a scan of an image whose layers are compressed")
	}
	var b bytes.Buffer
	err := vex.Export{
		Author: author, Time: time.Now(), Image: vex.Image{Names: []string{rep.Image.Name}, Digest: rep.Image.Digest},
		Findings: rep.Findings, Decisions: rep.Verdict.Decisions, Exceptions: rep.Policy.Exceptions,
	}.Write(&b)
	if errors.Is(err, vex.ErrNothing) {
		return fault.Request(err, "give exceptions of the policy file a status and a justification, and run again")
	}
	if err != nil {
		return fault.Request(fmt.Errorf("exporting VEX: %w", err), "")
	}
	if output == "" {
		_, err = c.stdout.Write(b.Bytes())
	} else {
		err = os.WriteFile(output, b.Bytes(), 0o644)
	}
	if err != nil {
		return fmt.Errorf("writing the VEX document: %w", err)
	}
	return nil
}
