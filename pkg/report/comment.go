package report

import (
	"fmt"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
)

// commentAdvice is how many things to do a comment names.
const commentAdvice = 5

// Comment is what is said of a report on a pull request, in Markdown: the verdict, what came with the change, and what to do
// first.
func Comment(r *Report) string {
	var b strings.Builder
	b.WriteString(markdownVerdict(r))
	writeAdvice(&b, "To do", r.Advice())
	writeAdvice(&b, "New with this change, and the policy lets it pass", r.AdviceOnNew())
	return b.String()
}

func writeAdvice(b *strings.Builder, title string, advice []Advice) {
	if len(advice) == 0 {
		return
	}
	shown, rest := firstOf(advice, commentAdvice)
	fmt.Fprintf(b, "**%s**\n\n", title)
	for _, a := range shown {
		fmt.Fprintf(b, "- %s", markdownText(a.Title, 200))
		if l := a.Location; l != nil {
			b.WriteString(" " + markdownPath(fmt.Sprintf("%s:%d", l.File, l.Line), 100))
		}
		fmt.Fprintf(b, "  \n  %s\n", markdownText(a.Message, 500))
	}
	if rest > 0 {
		fmt.Fprintf(b, "- and %d more, on the page of the run\n", rest)
	}
	b.WriteString("\n")
}

// IsNews tells whether reviewers of a change want to be told of a report that they did not ask for: it blocks, or something is
// new or newly known.
func (r *Report) IsNews() bool {
	if len(r.Verdict.Blocking()) > 0 {
		return true
	}
	for _, f := range r.Findings {
		if f.Baseline == finding.BaselineNew || f.Baseline == finding.BaselineNewlyKnown {
			return true
		}
	}
	return false
}

// Comment is the same of a run that reached no verdict.
func (f Failure) Comment() string { return f.text() }
