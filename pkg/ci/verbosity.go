package ci

import (
	"io"

	"github.com/layergate/layergate/pkg/progress"
	"github.com/layergate/layergate/pkg/safetext"
)

// Quiet is a platform that shows errors and warnings, which say what happens otherwise than asked for, and nothing else of what
// Layergate says in its log. Masks, summaries and outputs are handed on: they are not for the reader of the log.
func Quiet(p Platform) Platform { return quiet{p} }

type quiet struct{ Platform }

// LogWriter drops what is written.
func (quiet) LogWriter() io.Writer { return io.Discard }

// Group starts no section.
func (quiet) Group(string) {}

// EndGroup ends none.
func (quiet) EndGroup() {}

// Debug shows nothing.
func (quiet) Debug(string) {}

// Meters shows nothing.
func (quiet) Meters() progress.Reporter { return nil }

// Annotate shows errors and warnings.
func (q quiet) Annotate(a Annotation) {
	if a.Level == LevelError || a.Level == LevelWarning {
		q.Platform.Annotate(a)
	}
}

// Verbose is a platform that has what Debug is told in its log, whatever else turns that on.
func Verbose(p Platform) Platform { return verbose{p} }

type verbose struct{ Platform }

// Debug writes a line to the log, whatever ends of lines are in it.
func (v verbose) Debug(line string) {
	_, _ = io.WriteString(v.LogWriter(), "debug: "+safetext.Escape(line)+"\n")
}
