// Package ci is everything that Layergate knows about the system that runs it: GitHub Actions, Azure Pipelines or a
// plain terminal. It looks up the inputs where that system has them and hands results back in its protocol: log lines,
// annotations, the summary, outputs and masks.
//
// Text that comes out of an image is hostile: whatever is written here leaves as log lines that no runner takes for a
// command, or inside a command as one of its values.
//
// Next to the commands it is the only package that sees the environment and the process's streams, and it gets both
// through Env. It must not import gate, image, registry or any other package of the way from an image to its verdict;
// gate never imports it.
package ci

import (
	"io"
	"time"

	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/progress"
	"github.com/layergate/layergate/pkg/redact"
)

// The names of the platforms, as Platform.Name gives them.
const (
	GitHub   = "GitHub Actions"
	Azure    = "Azure Pipelines"
	Terminal = "terminal"
)

// Env is the process as this package may see it. All but Named are required.
type Env struct {
	Getenv func(string) string
	// Named reads a variable as Environment.Named does; nil means Getenv.
	Named  func(string) string
	Stdout io.Writer
	Stderr io.Writer
	// Redraw tells that the standard error is a terminal whose lines can be drawn again.
	Redraw bool
	// Now and Ticks are the clock of what shows progress; nil means the system's. Ticks ticks until stop is called.
	Now   func() time.Time
	Ticks func(every time.Duration) (ticks <-chan time.Time, stop func())
}

// now is the clock of what shows progress.
func (e Env) now() func() time.Time {
	if e.Now == nil {
		return time.Now
	}
	return e.Now
}

// named reads a variable that may be hidden.
func (e Env) named(name string) string {
	if e.Named == nil {
		return e.Getenv(name)
	}
	return e.Named(name)
}

// Platform is the system that runs Layergate. It is safe for concurrent use. Methods without an error keep the first
// failure to write for Flush.
type Platform interface {
	// Name is one of GitHub, Azure and Terminal.
	Name() string
	// Inputs reads the inputs that were given through the platform. Each call reads them afresh.
	Inputs() *input.Values
	// LogWriter takes plain lines, whatever their text. A line is written once its end is known.
	LogWriter() io.Writer
	// Mask hides a secret in everything that is written from now on, here and, where the platform can, by the runner.
	Mask(secret string)
	// Group starts a section of the log that can be folded; groups do not nest.
	Group(title string)
	// EndGroup ends the section.
	EndGroup()
	// Progress shows what begins, where the system shows that apart from the log.
	Progress(step string)
	// Meters shows how far long work has come: as bars where lines can be drawn again, else as a line from time to time.
	Meters() progress.Reporter
	// Debug shows a line to those who look for an error: where a CI system's own debug log is turned on, and on a terminal
	// where LAYERGATE_DEBUG is set.
	Debug(line string)
	// Annotate shows a message to reviewers, on a line of a file where one is given.
	Annotate(a Annotation)
	// AnnotationsLeft returns how many more annotations of a level the platform will show reviewers for this step;
	// those beyond it stay in the log only. A terminal has no reviewers: 0.
	AnnotationsLeft(level Level) int
	// Summary shows the Markdown file at path on the page of the run. A terminal has no such page.
	Summary(path string) error
	// Page shows the HTML file at path in the tab of Layergate on the page of the run, under a name. Only Azure Pipelines has one.
	Page(name, path string) error
	// Writable tells why the files cannot be written that Summary and SetOutput write to; nil where they can. Ask before long work.
	Writable() error
	// SetOutput hands a value to later steps. The name is one of input.Outputs; a value that is not one line is
	// refused.
	SetOutput(name, value string) error
	// Machine is what the machine's administrator has set for everything that runs on it. An address that is none is a wrong
	// request.
	Machine() (Machine, error)
	// Change is the pull request that the run judges; nil where it judges none.
	Change() (*Change, error)
	// Conversation is where comments on that pull request go, with the token that an input gives; nil where the run judges
	// none.
	Conversation(in *input.Values) (*Conversation, error)
	// Repository is the one on GitHub whose job runs, with the token that an input gives; nil elsewhere.
	Repository(in *input.Values) *Repository
	// Complete tells the system how its step ended, once, when there is nothing else to tell. Only Azure Pipelines
	// wants more than the exit code.
	Complete(e Ending)
	// Flush ends an unfinished line and returns the first failure to write. Call it before the process exits.
	Flush() error
}

// Level is how loud an annotation is.
type Level string

// The levels, the loudest first. Azure Pipelines has no notices and gets them as plain lines.
const (
	LevelError   Level = "error"
	LevelWarning Level = "warning"
	LevelNotice  Level = "notice"
)

// Annotation is a message to the reviewers of a change. Its text may be hostile.
type Annotation struct {
	Level   Level
	Title   string // one line; may be empty
	Message string // may have several lines
	Code    string // a short identifier, such as an advisory's; only Azure Pipelines shows it
	File    string // relative to the repository's root, with forward slashes; empty where no file is to blame
	Line    int    // from 1; 0 where only the file is known
	EndLine int    // from 1; 0 means Line
	Column  int    // on Line, from 1; 0 where only the line is known
}

// Detect returns the platform that env describes, and who the process is on it: GitHub Actions where GITHUB_ACTIONS is
// true, Azure Pipelines where TF_BUILD is True, else a terminal.
func Detect(env Env) (Platform, Identity) {
	switch detect(env.Getenv) {
	case GitHub:
		g := newGitHub(env)
		return g, g
	case Azure:
		z := newAzure(env)
		return z, z
	default:
		return newTerminal(env), nobody{}
	}
}

// Warn shows a warning that belongs to no file, without the secrets of addresses in it.
func Warn(p Platform, message string) {
	p.Annotate(Annotation{Level: LevelWarning, Message: redact.Text(message)})
}

// Error shows an error that belongs to no file, without the secrets of addresses in it.
func Error(p Platform, message string) {
	p.Annotate(Annotation{Level: LevelError, Message: redact.Text(message)})
}
