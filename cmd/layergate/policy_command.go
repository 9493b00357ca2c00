package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/finding"
	matchversion "github.com/layergate/layergate/pkg/match/version"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/policy/file"
	"github.com/layergate/layergate/pkg/report"
)

func (c *command) policyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "policy", Short: "Write, check and explain the policy file", Args: c.noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(c.policyInitCommand(), c.policyCheckCommand(), c.policyExplainCommand(), c.policyImportCommand())
	return cmd
}

func (c *command) policyInitCommand() *cobra.Command {
	return &cobra.Command{
		Use: "init", Short: "Write a policy file to start from", Args: c.noArguments,
		Long: "Init writes " + file.Name + " into the working directory: the strictest policy, with the other choices in comments.",
		RunE: func(*cobra.Command, []string) error {
			f, err := os.OpenFile(file.Name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
			if errors.Is(err, os.ErrExist) {
				return fault.Request(fmt.Errorf("%s exists", file.Name), "change it, or remove it first")
			}
			if err != nil {
				return fmt.Errorf("writing the policy file: %w", err)
			}
			_, err = f.Write(file.Start())
			if err := errors.Join(err, f.Close()); err != nil {
				return fmt.Errorf("writing the policy file: %w", err)
			}
			_, err = fmt.Fprintln(c.stdout, "wrote "+file.Name)
			return err
		},
	}
}

func (c *command) policyCheckCommand() *cobra.Command {
	return &cobra.Command{
		Use: "check [FILE]", Short: "Check a policy file", Args: c.atMostOneArgument,
		Long: "Check reads a policy file, or the one of the working directory, and names its exceptions that have expired, end soon or would last too long.",
		RunE: func(_ *cobra.Command, args []string) error {
			p, err := neededPolicy(strings.Join(args, ""))
			if err != nil {
				return err
			}
			for _, n := range policy.Check(p, time.Now()) {
				where := ""
				if n.Where != nil {
					where = fmt.Sprintf("%s:%d: ", n.Where.File, n.Where.Line)
				}
				fmt.Fprintln(c.stdout, report.TerminalText(where+n.Message))
			}
			_, err = fmt.Fprintf(c.stdout, "%s is valid, with %d exceptions; %s\n", p.File, len(p.Exceptions), p.Digest())
			return err
		},
	}
}

func (c *command) policyExplainCommand() *cobra.Command {
	var from, path string
	cmd := &cobra.Command{
		Use: "explain ID --from FILE", Short: "Say rule by rule why a finding blocks or passes", Args: c.atMostOneArgument,
		Long: "Explain judges the findings of an identifier in the layergate.json of an earlier run once more, by today's date and by " +
			"the policy file, and says what each rule does to them. Any alias of the identifier will do.",
		Example: "  layergate policy explain CVE-2021-23337 --from layergate-results/image/layergate.json",
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 || from == "" {
				return fault.Request(errors.New("explain needs the identifier of a finding and --from FILE"), "see layergate policy explain --help")
			}
			rep, err := readReport(from)
			if err != nil {
				return err
			}
			p, err := findPolicy(path, ".")
			if err != nil {
				return err
			}
			if p.File == "" {
				p = rep.Policy
			}
			return c.explain(p, rep, args[0])
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "the layergate.json of a run")
	cmd.Flags().StringVar(&path, "policy", "", "the policy file; empty means the one of the working directory or above it, else the policy of the run")
	return cmd
}

// explain writes what a policy does to the findings with an identifier.
func (c *command) explain(p policy.Policy, rep *report.Report, id string) error {
	in := policy.Input{
		Subject: policy.Subject{Images: []string{imageName(rep)}}, Findings: rep.Findings, EndOfLife: rep.EndOfLife(), Now: time.Now(), InRange: matchversion.InRange,
		Statements: statements(rep),
	}
	found := false
	for i, f := range rep.Findings {
		if !policy.Named(f, id) {
			continue
		}
		found = true
		steps, d := policy.Explain(p, in, i)
		lines := []string{explained(f)}
		for _, s := range steps {
			where := ""
			if s.Where != nil {
				where = fmt.Sprintf(" (%s:%d)", s.Where.File, s.Where.Line)
			}
			lines = append(lines, fmt.Sprintf("%s: %s%s", s.Rule, s.Says, where))
		}
		lines = append(lines, fmt.Sprintf("%s, by %s", d.Effect, d.Rule))
		for i, line := range lines {
			indent := ""
			if i > 0 {
				indent = "  "
			}
			if _, err := fmt.Fprintln(c.stdout, indent+report.TerminalText(line)); err != nil {
				return err
			}
		}
	}
	if !found {
		return fault.Request(fmt.Errorf("the report has no finding %s", id), "name the identifier of a finding in it, or one of its aliases")
	}
	return nil
}

// statements are the VEX statements that the run of a report went by, about each finding.
func statements(rep *report.Report) map[int][]policy.Statement {
	out := map[int][]policy.Statement{}
	for _, d := range rep.Verdict.Decisions {
		if d.Statement != nil {
			out[d.Finding] = []policy.Statement{*d.Statement}
		}
	}
	return out
}

// imageName is the name of the image that a report is about, or empty.
func imageName(rep *report.Report) string {
	if rep.Image == nil {
		return ""
	}
	return rep.Image.Name
}

// explained names a finding and its place in one line.
func explained(f finding.Finding) string {
	parts := []string{f.ID + ": " + f.Title}
	for _, s := range []string{f.Platform, f.Path} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, ", ")
}

// neededPolicy reads the policy file at path, or the one of the working directory; there has to be one.
func neededPolicy(path string) (policy.Policy, error) {
	p, err := findPolicy(path, ".")
	if err == nil && p.File == "" {
		err = fault.Request(fmt.Errorf("there is no policy file: %s is neither here nor above", file.Name), "write one to start from with layergate policy init")
	}
	return p, err
}

// atMostOneArgument refuses more than one word that is no flag.
func (c *command) atMostOneArgument(cmd *cobra.Command, args []string) error {
	if len(args) > 1 {
		return c.noArguments(cmd, args[1:])
	}
	return nil
}
