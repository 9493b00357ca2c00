package ci

import (
	"fmt"
	"io"
	"strings"

	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/progress"
)

// terminal writes plain lines to the standard error, so that the standard output stays free for what was asked for.
type terminal struct {
	env    Env
	log    *lines
	bars   *bars // nil where the standard error is no terminal
	meters progress.Reporter
}

func newTerminal(env Env) *terminal {
	t := &terminal{env: env, log: &lines{out: env.Stderr, clean: terminalLine}}
	if env.Redraw {
		b := newBars(env)
		t.log.out, t.bars, t.meters = b, b, b
	} else {
		t.meters = newMeterLines(env, t.log)
	}
	return t
}

// Meters draws bars, or writes lines where the standard error is no terminal.
func (t *terminal) Meters() progress.Reporter { return t.meters }

func (t *terminal) Name() string { return Terminal }

// Inputs on a terminal come from flags; only secrets may be in the environment.
func (t *terminal) Inputs() *input.Values {
	return input.Read(input.CommandLine, func(string) string { return "" }, t.env.Getenv)
}

func (t *terminal) LogWriter() io.Writer { return t.log }

func (t *terminal) Mask(secret string) { t.log.mask(secret) }

func (t *terminal) Group(title string) { t.log.line(title) }

func (t *terminal) EndGroup() {}

func (t *terminal) Debug(line string) {
	if t.env.Getenv("LAYERGATE_DEBUG") != "" {
		t.log.line("debug: " + line)
	}
}

func (t *terminal) Annotate(a Annotation) { writePlain(t.log, a) }

func (t *terminal) AnnotationsLeft(Level) int { return 0 }

func (t *terminal) Summary(string) error { return nil }

func (t *terminal) Page(_, _ string) error { return nil }

func (t *terminal) Writable() error { return nil }

func (t *terminal) SetOutput(name, value string) error { return checkOutput(name, value) }

func (t *terminal) Progress(string) {}

func (t *terminal) Complete(Ending) {}

// Flush removes what is drawn, too.
func (t *terminal) Flush() error {
	err := t.log.close()
	if t.bars != nil {
		t.bars.clear()
	}
	return err
}

// writePlain writes an annotation as people read it, the lines of its message below each other.
func writePlain(l *lines, a Annotation) {
	level := a.Level
	if level == "" {
		level = LevelNotice
	}
	for i, line := range strings.Split(a.text(), "\n") {
		if i == 0 {
			line = string(level) + ": " + a.place() + line
		} else {
			line = "  " + line
		}
		l.line(line)
	}
}

// text is the message behind its title, for platforms that do not show a title.
func (a Annotation) text() string {
	if a.Title == "" || a.Message == "" {
		return a.Title + a.Message
	}
	return a.Title + ": " + a.Message
}

// place returns the prefix FILE:LINE: of a message, without the line if
// it is unknown, or "" if the annotation has no file.
func (a Annotation) place() string {
	switch {
	case a.File == "":
		return ""
	case a.Line <= 0:
		return a.File + ": "
	default:
		return fmt.Sprintf("%s:%d: ", a.File, a.Line)
	}
}
