package report

import (
	"fmt"
	"io"
)

// VerdictLine writes the verdict in one line: the outcome, the subject and why.
func VerdictLine(w io.Writer, r *Report, opt TableOptions) error {
	s, p := r.summarize(), painter(opt.Color)
	word := p.paint("1;32", "CLEAN")
	if s.blocked {
		word = p.paint("1;31", "BLOCKED")
	}
	_, err := fmt.Fprintf(w, "%s  %s: %s\n", word, orImage(TerminalText(r.title())), s.sentence)
	return err
}
