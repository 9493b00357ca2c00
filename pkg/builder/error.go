package builder

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/moby/buildkit/solver/errdefs"

	"github.com/layergate/layergate/pkg/redact"
	"github.com/layergate/layergate/pkg/visible"
)

// Error is a build that failed.
type Error struct {
	Dockerfile  string // path
	Line        int    // of the instruction that failed, from 1; 0 where BuildKit does not say
	EndLine     int    // the last line of that instruction
	Instruction string // its text as it stands in the Dockerfile, which may have several lines
	Cause       error

	hidden redact.Values // what Error must not show
}

// Error names the instruction that failed and the cause, without secrets and the values of build arguments.
func (e *Error) Error() string {
	where := e.Dockerfile
	if e.Line > 0 {
		where = fmt.Sprintf("%s:%d", where, e.Line)
	}
	if first, _, more := strings.Cut(e.Instruction, "\n"); first != "" {
		if more {
			first = strings.TrimRight(first, " \t\\") + " …"
		}
		where += ": " + visible.Text(first)
	}
	return e.hidden.Text("building " + where + ": " + causeText(e.Cause))
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// causeText is the message without the words that every failed build begins with.
func causeText(err error) string {
	text := err.Error()
	for _, head := range []string{"failed to solve: ", "rpc error: code = Unknown desc = ", "failed to solve with frontend dockerfile.v0: ", "failed to build LLB: "} {
		text = strings.TrimPrefix(text, head)
	}
	return text
}

// failure tells which lines of the Dockerfile are to blame for err. The progress may know the step that failed.
func failure(err error, dockerfile string, p progress) *Error {
	e := &Error{Dockerfile: dockerfile, Cause: err, hidden: p.hidden}
	for _, source := range errdefs.Sources(err) { // the innermost first
		// Another file's lines would point at the wrong ones of this.
		if source.Info == nil || filepath.Base(source.Info.Filename) != filepath.Base(dockerfile) {
			continue
		}
		start, end := 0, 0
		for _, r := range source.Ranges {
			if r.GetStart() == nil || r.GetEnd() == nil {
				continue
			}
			if first := int(r.Start.Line); start == 0 || first < start {
				start = first
			}
			end = max(end, int(r.Start.Line), int(r.End.Line))
		}
		if e.at(source.Info.Data, start, end) {
			return e
		}
	}
	e.locate(p.failed)
	return e
}
