package main

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/layergate/layergate/pkg/audit"
	"github.com/layergate/layergate/pkg/disk"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/regular"
)

// auditOutput is a form of the result that the user asks for.
type auditOutput struct {
	file   string // empty for the standard output
	render func(io.Writer, *audit.Result) error
}

// auditFormats are the forms of a result.
func auditFormats() []string { return []string{"table", "json", "csv", "html", "cloudevents"} }

func auditRenderer(name string) (func(io.Writer, *audit.Result) error, error) {
	switch name {
	case "table":
		return audit.Text, nil
	case "json":
		return audit.JSON, nil
	case "csv":
		return audit.CSV, nil
	case "html":
		return audit.HTML, nil
	case "cloudevents":
		return audit.CloudEvents, nil
	}
	return nil, fault.Request(fmt.Errorf("unknown format %q", name), fault.OneOf(name, auditFormats()))
}

// parseAuditOutputs reads the flag --output of an audit: the table, where nothing is named.
func parseAuditOutputs(texts []string) ([]auditOutput, error) {
	if len(texts) == 0 {
		texts = []string{"table"}
	}
	var out []auditOutput
	err := eachOutput(texts, func(name, file string) error {
		render, err := auditRenderer(name)
		out = append(out, auditOutput{file, render})
		return err
	})
	return out, err
}

func auditFiles(outputs []auditOutput) []string {
	var files []string
	for _, o := range outputs {
		files = append(files, o.file)
	}
	return files
}

// concludeAudit writes a result. The run ends undecided where an image is, and blocked where one is and none is undecided.
func (c *command) concludeAudit(outputs []auditOutput, result *audit.Result) error {
	for _, o := range outputs {
		if err := c.writeTo(o.file, func(w io.Writer) error { return o.render(w, result) }); err != nil {
			return fmt.Errorf("writing the result of the audit: %w", err)
		}
	}
	s := audit.Summarize(result)
	switch {
	case s.Undecided > 0:
		c.exit = exitUndecided
	case s.Blocked > 0:
		c.exit = exitBlocked
	}
	return nil
}

// writeTo writes a file, which has all of it or stays as it was, or the standard output where no file is named.
func (c *command) writeTo(file string, write func(io.Writer) error) error {
	if file == "" {
		return write(c.stdout)
	}
	return disk.Replace(file, write)
}

// auditInterval is how often the log is told how far an audit has come.
const auditInterval = 10 * time.Second

// auditProgress tells the log from time to time how many images are done, and about how long the rest takes.
func (c *command) auditProgress(now func() time.Time) func(done, total int) {
	began := now()
	told := began
	var mu sync.Mutex
	return func(done, total int) {
		mu.Lock()
		defer mu.Unlock()
		at := now()
		if at.Sub(told) < auditInterval && done < total {
			return
		}
		told = at
		line := fmt.Sprintf("looked at %d of %d images", done, total)
		if done < total {
			line += fmt.Sprintf(", about %s left", (at.Sub(began) / time.Duration(done) * time.Duration(total-done)).Round(time.Second))
		}
		c.platform.Progress(line)
		fmt.Fprintln(c.platform.LogWriter(), line)
	}
}

// auditMergeCommand joins the results of the parts of an audit.
func (c *command) auditMergeCommand() *cobra.Command {
	f := &trackFlags{}
	cmd := &cobra.Command{
		Use: "merge FILE...", Short: "Join the results of the parts of an audit",
		Long:    "Merge joins what all parts of an audit wrote as JSON. An image that no part looked at is undecided.",
		Example: "  layergate audit merge part-*.json -o table -o json=audit.json",
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			in, err := c.flags(cmd)
			if err != nil {
				return err
			}
			return c.mergeAudits(cmd.Context(), in, f, args)
		},
	}
	c.addOutputs(cmd.Flags(), auditFormats())
	f.add(cmd.Flags())
	addFlags(cmd.Flags(), scanCommand, caFile, "proxy", "no-proxy", "events")
	return cmd
}

func (c *command) mergeAudits(ctx context.Context, in *input.Values, f *trackFlags, args []string) error {
	outputs, err := parseAuditOutputs(c.output)
	if err != nil {
		return err
	}
	if len(args) == 0 {
		return fault.Request(fmt.Errorf("there is nothing to merge"), "name the JSON that each part of the audit wrote")
	}
	if err := removeOutputs(auditFiles(outputs), args, ""); err != nil {
		return err
	}
	tracker, err := c.tracker(in, f)
	if err != nil {
		return err
	}
	if c.events, err = c.eventTarget(in, args); err != nil {
		return err
	}
	var parts []*audit.Result
	for _, path := range args {
		part, err := readAudit(path)
		if err != nil {
			return err
		}
		parts = append(parts, part)
	}
	merged, err := audit.Merge(parts)
	if err != nil {
		return err
	}
	if err := c.concludeAudit(outputs, merged); err != nil {
		return err
	}
	err = c.track(ctx, tracker, f, merged)
	c.tell(ctx, audit.Events(merged)...)
	return err
}

func readAudit(path string) (*audit.Result, error) {
	raw, err := regular.ReadNamed(rootOf(), path, audit.MaxSize)
	if err != nil {
		return nil, fault.Request(err, "name the JSON that a part of an audit wrote")
	}
	result, err := audit.Read(raw)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	return result, nil
}
