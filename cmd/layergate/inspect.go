package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/layergate/layergate/pkg/ci"
	"github.com/layergate/layergate/pkg/gate"
	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/redact"
	"github.com/layergate/layergate/pkg/report"
	"github.com/layergate/layergate/pkg/secret"
)

const (
	gateCommand = "gate"
	scanCommand = "scan"
	// checkCommand is about manifests alone.
	checkCommand = "check"
)

// inspectCommand is gate or scan, with a flag for each input that it takes.
func (c *command) inspectCommand(name, short, example string) *cobra.Command {
	cmd := &cobra.Command{Use: name + " [SOURCE]", Short: short, Example: example, Args: oneSource}
	cmd.Flags().SetNormalizeFunc(alsoNamed)
	cmd.Flags().SortFlags = false
	c.addOutputFlag(cmd.Flags())
	addFlags(cmd.Flags(), name)
	cmd.ValidArgsFunction = completeSource
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		values, err := c.flags(cmd)
		if err != nil {
			return err
		}
		return c.inspect(cmd.Context(), name, values, args)
	}
	return cmd
}

// addFlags adds a flag for each of the named inputs that a command has, or for all of them where none is named.
func addFlags(flags *pflag.FlagSet, command string, names ...string) {
	for _, in := range input.Table() {
		if !in.Of(command) || !in.On(input.CommandLine) || len(names) > 0 && !slices.Contains(names, in.Name) {
			continue
		}
		help := in.Help
		if in.Env != "" {
			help += " " + in.Env + " does the same on a terminal."
		}
		if in.Several() {
			flags.StringArray(in.Name, nil, help)
			continue
		}
		if in.Kind == input.Bool {
			value := switchValue(in.Default)
			flags.VarPF(&value, in.Name, "", help).NoOptDefVal = "true" // --no-cache says it all
			continue
		}
		flags.String(in.Name, in.Default, help)
	}
}

// switchValue is the text of a flag that is true where it has no value. What else it is, package input says.
type switchValue string

// String is the value as it was given.
func (v *switchValue) String() string { return string(*v) }

// Set takes any value.
func (v *switchValue) Set(text string) error {
	*v = switchValue(text)
	return nil
}

// Type has the help show no value.
func (v *switchValue) Type() string { return "bool" }

// flags are the inputs as the platform has them, with the flags that were given in their place.
func (c *command) flags(cmd *cobra.Command) (*input.Values, error) {
	values := c.platform.Inputs()
	values.SpellFor(input.CommandLine)
	for _, in := range input.Table() {
		flag := cmd.Flags().Lookup(in.Name)
		if flag == nil || !flag.Changed {
			continue
		}
		value := flag.Value.String()
		if in.Several() {
			several, err := cmd.Flags().GetStringArray(in.Name)
			if err != nil {
				return nil, err
			}
			value = strings.Join(several, "\n")
		}
		if in.Kind == input.Secret {
			c.platform.Mask(value)
		}
		values.Set(in.Name, value)
	}
	return values, nil
}

// inspect takes an image through the gate and tells the platform what came of it. The words behind the command name the image
// where no input does.
func (c *command) inspect(ctx context.Context, name string, in *input.Values, args []string) error {
	go secret.Prepare()               // the history of every image is looked at
	wrongSource := c.source(in, args) // before the image has a name
	s, err := c.begin(in, cmp.Or(wrongSource, c.wrongSet(in)))
	if err != nil {
		return err
	}
	defer func() { c.restoreOwner(c.allOutput(), string(c.job()), in.String("cache-dir")) }()
	if err := c.locate(ctx, in); err != nil {
		return err
	}
	return c.withGate(ctx, name, in, func(ctx context.Context, env gate.Env, reqs []gate.Request) error {
		if in.IsSet(releaseSet) {
			return c.inspectSet(ctx, name, env, reqs, s)
		}
		req := reqs[0]
		req.Baseline, req.Series, req.OutputDir = s.before, s.series, s.dir
		c.warnOfNew(req.Policy, s.before)
		return inspectOne(ctx, env, req, func(result *gate.Result) error { return c.conclude(ctx, name, req, result, s.outputs) })
	})
}

// session is what every run is told besides what it judges.
type session struct {
	outputs []output
	series  string         // the name of what is judged in reports
	dir     string         // where the reports go; empty for nowhere
	before  *gate.Baseline // what is compared with; nil for nothing
}

// begin reads what every run is told, makes sure that all can be written that it is going to write, and removes the reports of an
// earlier one, but nothing that this one is to read. Where the inputs are wrong in several ways, what was wrong earlier is told first.
func (c *command) begin(in *input.Values, earlier error) (s session, err error) {
	c.inputs = in
	if s.outputs, err = parseOutputs(c.output); err != nil {
		return s, err
	}
	noDefaults := c.useDefaults(in)
	c.willMake(in)
	p, err := c.place()
	if err != nil {
		return s, err
	}
	s.series, s.dir = p.name, p.dir
	if err := cmp.Or(c.platform.Writable(), checkFormats(in)); err != nil {
		return s, err
	}
	var noBaseline error
	s.before, noBaseline = c.baseline(in) // before the reports of the last run are removed, which it may be one of
	// A run that fails must not leave the reports of an earlier one, which could be taken for its own.
	for _, dir := range c.reportDirs(s.dir) {
		if err := report.RemoveFiles(dir); err != nil {
			return s, err
		}
	}
	if err := removeOutputs(filesOf(s.outputs), toRead(in), s.dir); err != nil {
		return s, err
	}
	c.warnOfEnvironment(in)
	mode, err := in.Choice("mode")
	if err != nil {
		return s, err
	}
	c.observe = mode == "observe"
	return s, cmp.Or(c.checkComment(in), earlier, noDefaults, noBaseline)
}

// warnOfNew says that nothing is known to have been there before, where a policy lets that pass.
func (c *command) warnOfNew(p policy.Policy, before *gate.Baseline) {
	if before == nil && p.GateOn == policy.GateOnNew {
		ci.Warn(c.platform, fmt.Sprintf("the policy lets pass what was there before, and %s does not say what that is: everything is judged as new", c.inputs.Spell("baseline")))
	}
}

// withGate does work with the environment and the requests that the inputs describe, for as long as they allow.
func (c *command) withGate(ctx context.Context, name string, in *input.Values, work func(context.Context, gate.Env, []gate.Request) error) error {
	ctx, cancel, err := limitTime(ctx, in)
	if err != nil {
		return err
	}
	defer cancel()
	env, reqs, err := c.config(ctx, name, in)
	if err != nil {
		return ended(ctx, err)
	}
	if env.TempDir, err = makeTempDir(in); err != nil {
		return err
	}
	defer os.RemoveAll(env.TempDir)
	return ended(ctx, withGrace(ctx, grace, func() error { return work(ctx, env, reqs) }))
}

// inspectOne has a gate inspect one image, and does work with the result.
func inspectOne(ctx context.Context, env gate.Env, req gate.Request, work func(*gate.Result) error) error {
	g, err := gate.New(ctx, env)
	if err != nil {
		return err
	}
	defer g.Close()
	result, err := g.Inspect(ctx, req)
	if err != nil {
		return err
	}
	defer result.Close()
	return work(result)
}

// conclude shows what came of a run of a command, pushes the image where it is clean and there is where to, and tells of the verdict.
func (c *command) conclude(ctx context.Context, name string, req gate.Request, result *gate.Result, outputs []output) error {
	c.phases.begin("writing reports")
	if err := c.show(result, outputs); err != nil {
		return err
	}
	c.phases.begin("")
	pushed, err := c.promote(ctx, req.Push, result)
	done := err == nil || pushed != nil
	if err == nil {
		err = c.setOutputs(result, pushed)
	}
	if err == nil {
		c.commentOn(ctx, result.Report)
	}
	if c.events != nil && done {
		c.tell(ctx, verdictEvent(name, req, result, pushed))
	}
	return err
}

// promote pushes the image where it is clean and there is where to, and returns the references that lead to it then, also with the error of
// what follows the push.
func (c *command) promote(ctx context.Context, push []string, result *gate.Result) (pushed []string, err error) {
	switch {
	case result.Report.Verdict.Outcome != policy.Clean:
		c.exit = exitBlocked
		if len(push) > 0 {
			fmt.Fprintln(c.platform.LogWriter(), "blocked: nothing was pushed")
		}
	case len(push) > 0:
		if err := result.Promote(ctx); err != nil {
			return nil, err
		}
		pushed = result.References()
		c.logPromotion(result.Report.Image, pushed)
		return pushed, c.finish(ctx, promotion{{pushed, result.Report.Digest()}}, result.Lock)
	}
	return nil, nil
}

// step says what begins. What a build prints goes into a section of the log that can be folded.
func (c *command) step(step gate.Step) {
	c.endStep()
	what := redact.Text(step.String())
	c.phases.begin(what)
	c.platform.Progress(what)
	if step.Kind == gate.Building && c.platform.Name() != ci.Terminal {
		c.platform.Group(what)
		c.grouped = true
		return
	}
	fmt.Fprintln(c.platform.LogWriter(), what)
}

func (c *command) endStep() {
	if c.grouped {
		c.platform.EndGroup()
		c.grouped = false
	}
}

// bounds reads how old the database may be and where it may lie, and what reading an image may take.
func (c *command) bounds(in *input.Values, env *gate.Env) (err error) {
	if err := c.mayBeAsked(in, env.Database); err != nil {
		return err
	}
	if env.Database.Pull, err = c.pullDatabase(in, env.Registry); err != nil {
		return err
	}
	if env.Database.MaxAge, err = in.Duration("db-max-age"); err != nil {
		return err
	}
	if env.MaxUnpacked, err = in.Size("max-unpacked-size"); err != nil {
		return err
	}
	if env.Memory, err = in.Size("memory-budget"); err != nil {
		return err
	}
	if env.MemoryLimit, err = memoryLimit(in); err != nil {
		return err
	}
	if env.Observe, err = c.observer(); err != nil {
		return err
	}
	limit, err := cacheLimit(in)
	if err != nil {
		return err
	}
	env.Cache = c.openCache(in, limit)
	return nil
}
