package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/remedy"
)

// commentAdvice is how many things to do a comment names.
const commentAdvice = 5

// Comment is what is said of a report on a pull request, in Markdown: the verdict, what came with the change, and what to do
// first. The name tells comments apart that are about images of one title; it is shown where the title does not say it.
func Comment(r *Report, name string) string {
	var b strings.Builder
	b.WriteString(withName(markdownVerdict(r), r, name))
	writePlan(&b, r)
	writeAdditions(&b, r)
	writeAdvice(&b, r.AdviceOnNew())
	return b.String()
}

// withName is Markdown about a report with the name of the image in its heading.
func withName(text string, r *Report, name string) string {
	heading, rest, _ := strings.Cut(text, "\n")
	return heading + commentName(r, name) + "\n" + rest
}

// commentName is the name behind the title; empty where the title says it.
func commentName(r *Report, name string) string {
	if name == "" || strings.Contains(r.title(), name) {
		return ""
	}
	return " (" + markdownCode(name, 100) + ")"
}

// commentAdditions is how many bytes of lines to add a comment has at most.
const commentAdditions = 16 << 10

// writeAdditions shows what to add to the manifests because of what blocks, folded: what is new with the change first.
func writeAdditions(b *strings.Builder, r *Report) {
	list := slices.DeleteFunc(r.additions(), func(a addition) bool { return !a.blocks })
	slices.SortStableFunc(list, func(x, y addition) int { return compareBool(y.recent, x.recent) })
	var text strings.Builder
	for i, a := range list {
		if next := a.markdown(); text.Len()+len(next) <= commentAdditions {
			text.WriteString(next)
			continue
		}
		fmt.Fprintf(&text, "%s on the page of the run.\n\n", plural(len(list)-i, "more addition"))
		break
	}
	b.WriteString(fold(additionsTitle, text.String()))
}

// writePlan says which steps remove what blocks, and what remains. Steps about what the change brought come first, in the plan's
// order.
func writePlan(b *strings.Builder, r *Report) {
	ofChange := func(s remedy.Step) bool {
		return slices.ContainsFunc(s.Removes.Findings, func(i int) bool { return isNew(r.Findings[i]) })
	}
	all := slices.Clone(r.Remedies.Steps)
	slices.SortStableFunc(all, func(x, y remedy.Step) int {
		switch a, b := ofChange(x), ofChange(y); {
		case a && !b:
			return -1
		case b && !a:
			return 1
		}
		return 0
	})
	steps, rest := firstOf(all, commentAdvice)
	if len(steps) > 0 {
		b.WriteString("**To do**\n\n")
	}
	writeSteps(b, steps)
	if rest > 0 {
		fmt.Fprintf(b, "%s on the page of the run.\n\n", plural(rest, "more step"))
	}
	if remains := remainingSentence(r.Remedies.Remaining); remains != "" {
		b.WriteString(remains + "\n\n")
	}
}

// isNew tells whether a finding is new with the change, or newly known.
func isNew(f finding.Finding) bool {
	return f.Baseline == finding.BaselineNew || f.Baseline == finding.BaselineNewlyKnown
}

// writeAdvice says what is new with the change and passes.
func writeAdvice(b *strings.Builder, advice []Advice) {
	if len(advice) == 0 {
		return
	}
	shown, rest := firstOf(advice, commentAdvice)
	b.WriteString("**New with this change, and the policy lets it pass**\n\n")
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
	return slices.ContainsFunc(r.Findings, isNew)
}

// Comment is the same of a run that reached no verdict.
func (f Failure) Comment() string { return f.text() }
