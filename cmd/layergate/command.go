package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/spf13/cobra"

	"github.com/layergate/layergate/pkg/ci"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/redact"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/report"
)

// The exit codes.
const (
	exitClean     = 0 // clean, and pushed where that was asked
	exitBlocked   = 1 // the policy blocks the image
	exitRequest   = 2 // the request is wrong
	exitUndecided = 3 // could not decide or could not finish; nothing was promoted, but for what the message names
)

// command is one call of the program.
type command struct {
	args           []string
	env            ci.Environment
	stdin          io.Reader
	stdout, stderr io.Writer

	output         []string // the flag --output; see parseOutputs
	json           bool     // the flag --json of db status
	made           []string // directories and files that the run makes; see willMake
	quiet, verbose bool
	profileDir     string       // the flag --profile; see profile
	stopProfiles   func() error // completes the profiles; nil for none

	connect  func() // finds out about the system at the first call; see detect
	platform ci.Platform
	log      io.Writer // takes what is said also where little is to be said
	identity ci.Identity
	inputs   *input.Values // of the run, flags included; nil before they are read
	byName   bool          // the image is only named, and where it is has to be found out
	isStep   bool          // a step of a CI system, whose inputs say what to do
	grouped  bool          // a section of the log is open
	observe  bool          // a verdict does not fail the step
	unkept   sync.Once     // says that nothing can be kept for later runs

	trimming sync.WaitGroup // makes room in the cache

	onlyManifests bool                      // no image is judged
	verdict       string                    // as the output has it; empty before there is one
	target        func() (*target, error)   // opens the target branch at the first call; see openTarget
	place         func() (place, error)     // finds it at the first call, when the inputs are complete; see findPlace
	promoted      atomic.Pointer[promotion] // what was pushed; nil before all of it was
	records       *recorder                 // tells GitHub what was pushed; nil for nobody to tell
	events        eventTarget               // is told of the verdicts; nil for nobody to tell
	phases        phases                    // of the run, for the debug log
	wrongHelp     error                     // what is wrong with words that help was asked for
	exit          int
}

// run carries out the command and returns its exit code.
func (c *command) run(ctx context.Context) int {
	c.connect = sync.OnceFunc(c.detect)
	c.target = sync.OnceValues(c.openTarget)
	c.place = sync.OnceValues(c.findPlace)
	root := c.root()
	root.SetArgs(c.args)
	root.SetOut(c.stdout)
	root.SetErr(c.stderr)
	err := cmp.Or(root.ExecuteContext(ctx), c.wrongHelp)
	c.trimming.Wait()
	c.connect() // not all commands come so far
	if err != nil {
		c.fail(ctx, err)
	}
	if c.observe && c.exit != exitRequest {
		c.exit = exitClean
	}
	c.complete()
	c.flush()
	c.endProfiles()
	return c.exit
}

// flush ends the log. One that could not be written has lost what it was to say, errors included: that goes to the standard error.
func (c *command) flush() {
	err := c.platform.Flush()
	if err == nil {
		return
	}
	fmt.Fprintln(c.stderr, "error:", c.afterPush("writing the log: "+err.Error()))
	if c.exit == exitClean {
		c.exit = exitUndecided
	}
}

// detect finds out which system runs the command, once its flags are read: they say what the standard output is for, and how much
// is to be said.
func (c *command) detect() {
	out := c.stdout
	if c.prints() {
		out = c.stderr
	}
	c.platform, c.identity = ci.Detect(ci.Env{Getenv: c.env.Getenv, Named: c.env.Named, Stdout: out, Stderr: c.stderr, Redraw: isTerminal(c.stderr) && c.env.Getenv("TERM") != "dumb"})
	c.isStep = c.platform.Name() != ci.Terminal && len(c.args) == 0
	for _, secret := range c.platform.Inputs().Secrets() {
		c.platform.Mask(secret)
	}
	c.log = c.platform.LogWriter()
	if c.verbose {
		c.platform = ci.Verbose(c.platform)
	}
	if c.quiet {
		c.platform = ci.Quiet(c.platform)
	}
	c.phases.tell = c.platform.Debug
}

// fail tells the user what went wrong and what to do next.
func (c *command) fail(ctx context.Context, err error) {
	c.exit = exitUndecided
	if fault.IsRequest(err) {
		c.exit = exitRequest
	}
	err = ended(ctx, err)
	f := c.failure(err)
	c.endStep()
	if !c.annotateLine(err) {
		ci.Error(c.platform, f.Message)
	}
	c.showExcerpt(err)
	for _, hint := range f.Hints {
		fmt.Fprintln(c.log, "hint: "+hint)
	}
	if c.inputs == nil && !c.isStep {
		return // no run had begun
	}
	if p, _ := c.place(); p.dir != "" { // an error is err
		for _, dir := range c.reportDirs(p.dir) {
			report.RemoveUnfinished(dir) // a run that was made to end may still be writing them
		}
	}
	c.reportFailure(f)
	if ctx.Err() == nil { // else the process is about to end
		c.comment(ctx, f.Comment(), true)
	}
	c.restoreOwner(c.allOutput(), string(c.job()))
}

// failure describes an error for people and reports: without secrets, and with the references that were pushed before
// it.
func (c *command) failure(err error) report.Failure {
	f := report.Failure{Invalid: c.exit == exitRequest, Message: redact.Error(err)}
	for _, hint := range fault.SpelledHints(err, c.spell()) {
		f.Hints = append(f.Hints, redact.Text(hint))
	}
	var partial *registry.PartialError
	partly := errors.As(err, &partial)
	if partly {
		f.Pushed, f.Unknown, f.Left = words(partial.Pushed), words(partial.Unknown), words(partial.Left)
	}
	var end *endedError
	if errors.As(err, &end) && partly {
		f.Message += "; " + partial.Done()
	}
	if errors.As(err, &end) {
		f.Message = strings.Join(append([]string{f.Message}, unfinished(err)...), "; ")
	}
	if p := c.promoted.Load(); p != nil {
		f.Pushed, f.Digest, f.Finished, f.Message = p.references(), p.digest(), true, c.afterPush(f.Message)
	}
	return f
}

func words(refs []registry.Reference) []string {
	var out []string
	for _, r := range refs {
		out = append(out, r.String())
	}
	return out
}

// spell returns the function that writes the names of inputs as the user does: as the system of a step does, and as
// flags elsewhere, also where the script of a step calls the command.
func (c *command) spell() func(name string) string {
	if c.isStep {
		return c.platform.Inputs().Spell
	}
	return input.CommandLine.Spell
}

func (c *command) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "layergate",
		Short:         "The gate between a container build and the production registry",
		Long:          "Layergate scans every layer of a container image, reports what it finds, and pushes the image only when it is clean.",
		SilenceErrors: true,
		SilenceUsage:  true,
		Version:       toolVersion(),
		Args:          c.noArguments,
		RunE:          c.runStep,
	}
	root.SetVersionTemplate("layergate {{.Version}}\n")
	root.SetFlagErrorFunc(c.wrongFlag)
	root.SetUsageFunc(c.usage)
	c.setHelp(root)
	root.PersistentPreRunE = func(cmd *cobra.Command, args []string) error {
		if c.connect(); c.quiet && c.verbose {
			return fault.Request(errors.New("--quiet and --verbose exclude each other"), "leave one of them out")
		}
		if err := noEmptyWord(cmd, args); err != nil {
			return err
		}
		return c.profile()
	}
	root.PersistentFlags().BoolVarP(&c.quiet, "quiet", "q", false, "show the verdict, warnings and errors only")
	root.PersistentFlags().BoolVarP(&c.verbose, "verbose", "v", false, "show what is found where and why, every request to a server, and how long things take")
	root.PersistentFlags().StringVar(&c.profileDir, "profile", "", "the `DIRECTORY` for profiles of this program")
	_ = root.PersistentFlags().MarkHidden("profile") // it has just been added
	root.AddCommand(
		c.inspectCommand(gateCommand, "Scan an image and push it when it is clean",
			"  layergate gate app.tar --push registry.example/team/app:1.2\n"+
				"  layergate gate --context . --push registry.example/team/app:1.2"),
		c.inspectCommand(scanCommand, "Scan an image and push nothing",
			"  layergate scan nginx:latest\n"+
				"  layergate scan app.tar --fail-on high\n"+
				"  docker save app | layergate scan -"),
		c.checkCommand(),
		c.auditCommand(),
		c.registryCommand(),
		c.reportCommand(),
		c.fixCommand(),
		c.vexCommand(),
		c.verifyCommand(),
		c.policyCommand(),
		c.exceptionCommand(),
		c.dbCommand(),
		c.cacheCommand(),
		c.versionCommand(),
	)
	c.addCompletion(root)
	return root
}

// runStep is the program without a command: a step of a CI system names the command in an input.
func (c *command) runStep(cmd *cobra.Command, _ []string) error {
	switch {
	case !c.isStep && c.platform.Name() != ci.Terminal:
		return fault.Request(fmt.Errorf("layergate %s names no command", strings.Join(c.args, " ")),
			"name one, as in layergate gate --verbose; a step that has its settings as inputs takes no arguments, and shows more in the system's own debug mode")
	case !c.isStep:
		return cmd.Help()
	}
	if err := c.unknownInputs(); err != nil {
		return err
	}
	in := c.platform.Inputs()
	name, err := in.Choice("command")
	if err != nil {
		return err
	}
	c.warnOfInputs(name, in)
	if name == checkCommand {
		return c.check(cmd.Context(), in, nil)
	}
	return c.inspect(cmd.Context(), name, in, nil)
}

// warnOfInputs names the inputs that were given and that the command has no use for. A command line has no such flags;
// a CI system hands every command all of them. On a pull request they are only logged: its workflow says what a push does, too.
func (c *command) warnOfInputs(command string, values *input.Values) {
	warn := func(message string) { ci.Warn(c.platform, message) }
	if change, err := c.platform.Change(); err == nil && change != nil {
		warn = func(message string) { fmt.Fprintln(c.platform.LogWriter(), message) }
	}
	for _, in := range input.Table() {
		if !in.Of(command) && values.IsSet(in.Name) && values.String(in.Name) != in.Default {
			warn(fmt.Sprintf("%s has no effect on the command %s", values.Spell(in.Name), command))
		}
	}
}

func (c *command) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: c.noArguments,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(c.stdout, "layergate "+toolVersion())
			return err
		},
	}
}

// toolVersion is that of the release, or else of the module as it was installed.
func toolVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return strings.TrimPrefix(info.Main.Version, "v")
	}
	return "0.0.0-dev"
}
