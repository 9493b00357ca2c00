package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/gate"
	"github.com/layergate/layergate/pkg/input"
	matchversion "github.com/layergate/layergate/pkg/match/version"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/report"
)

func (c *command) policyExplainCommand() *cobra.Command {
	var from string
	cmd := &cobra.Command{
		Use: "explain ID --image IMAGE | --from FILE", Short: "Say rule by rule why a finding blocks or passes", Args: c.atMostOneArgument,
		Long: "Explain scans an image as layergate scan does, or takes what the layergate.json of an earlier run found, judges it by " +
			"today's date and the policy file, and says what each rule does to the findings of an identifier. Any alias of the identifier will do.\n" +
			"With --from it goes by the policy of the run where there is no policy file.",
		Example: "  layergate policy explain CVE-2021-23337 --image app.tar\n" +
			"  layergate policy explain CVE-2021-23337 --from layergate-results/image/layergate.json",
		RunE: func(cmd *cobra.Command, args []string) error {
			in, err := c.flags(cmd)
			if err != nil {
				return err
			}
			switch {
			case len(args) == 0:
				return fault.Request(errors.New("explain needs the identifier of a finding"), "see layergate policy explain --help")
			case from == "":
				return c.explainImage(cmd.Context(), in, args[0])
			}
			if err := onlyOfPolicy(cmd.Flags()); err != nil {
				return err
			}
			return c.explainReport(cmd.Context(), in, from, args[0])
		},
	}
	cmd.Flags().SetNormalizeFunc(alsoNamed)
	addFlags(cmd.Flags(), scanCommand)
	for _, name := range []string{"output-dir", "name", "formats", "mode"} { // it writes no reports, and its exit code is no verdict
		_ = cmd.Flags().MarkHidden(name)
	}
	cmd.Flags().StringVar(&from, "from", "", "the layergate.json of a run; - reads the standard input")
	return cmd
}

// onlyOfPolicy refuses flags that say nothing of a report that is there already.
func onlyOfPolicy(flags *pflag.FlagSet) error {
	allowed := append(registryFlags(), "from", "policy", "policy-from-base", "fail-on", "coverage", "only-fixed", "gate-on")
	var err error
	flags.Visit(func(f *pflag.Flag) {
		if !slices.Contains(allowed, f.Name) {
			err = fault.Request(fmt.Errorf("--%s has no effect on a report", f.Name), "leave out --from to scan an image, or --"+f.Name)
		}
	})
	return err
}

// explainImage scans an image, and writes what the policy does to the findings with an identifier.
func (c *command) explainImage(ctx context.Context, in *input.Values, id string) error {
	if err := c.useDefaults(in); err != nil {
		return err
	}
	if in.IsSet(releaseSet) {
		return fault.Request(fmt.Errorf("%s names several images, and one is explained", in.Spell(releaseSet)), "name the layergate.json of one of them with --from")
	}
	before, err := c.baseline(in)
	if err != nil {
		return err
	}
	return c.withGate(ctx, scanCommand, in, func(ctx context.Context, env gate.Env, reqs []gate.Request) error {
		req := reqs[0]
		req.Baseline = before
		return inspectOne(ctx, env, req, func(result *gate.Result) error { return c.explain(req.Policy, result.Report, id) })
	})
}

// explainReport writes what the policy file does to the findings with an identifier in the report of a run.
func (c *command) explainReport(ctx context.Context, in *input.Values, path, id string) error {
	rep, err := c.reportFrom(path)
	if err != nil {
		return err
	}
	p, err := c.judgingPolicy(in, ".", c.fetchPolicy(ctx, in, access{read: []string{""}}))
	if err != nil {
		return err
	}
	gateOn := rep.Policy.GateOn
	if p.File == "" {
		p = rep.Policy
	}
	if p, err = overridden(in, p); err != nil {
		return err
	}
	if !in.IsSet("gate-on") {
		p.GateOn = gateOn
	}
	return c.explain(p, rep, id)
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
		return fault.Request(fmt.Errorf("no finding has the identifier %s", id), near(rep.Findings, id))
	}
	return nil
}

// near is a hint for who names no identifier of a finding: those of the package of that name or URL, or else the nearest one.
func near(findings []finding.Finding, word string) string {
	var all, of []string
	names := policy.NamedBy([]string{word})
	for _, f := range findings {
		all = append(all, f.Identifiers()...)
		p, ok := f.Package()
		if _, named := names(p); ok && (named || strings.EqualFold(p.Name, word)) {
			of = append(of, f.ID)
		}
	}
	if of = slices.Compact(slices.Sorted(slices.Values(of))); len(of) > 0 {
		return "name a finding of the package: " + strings.Join(of, ", ")
	}
	if nearest := fault.Nearest(word, all); nearest != "" {
		return "did you mean " + strings.ToUpper(nearest) + "? layergate scan lists all that was found"
	}
	return "name the identifier of a finding, or one of its aliases; layergate scan lists all that was found"
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
