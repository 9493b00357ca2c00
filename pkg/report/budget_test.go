package report

import (
	"fmt"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

// manyChecks are failed checks of as many containers, each with lines to add.
func manyChecks(n int) *Report {
	findings := make([]finding.Finding, 0, n)
	for i := range n {
		f := failed(fmt.Sprintf("LG-RUN-%03d", i%80), finding.Severities()[i%4], "the container may write", 1+i/80, finding.Check{
			Saw: "nothing makes it read-only", Wants: "make it read-only", Resource: fmt.Sprintf("Deployment/web%d", i/80), Container: "web", Field: "readOnly",
			Add: fmt.Sprintf("          securityContext:\n            readOnly%d: true\n", i%80),
		})
		f.Location.Column, f.Summary = 0, ""
		findings = append(findings, f)
	}
	return judge(manifestsReport(), policy.Any, findings...)
}

// Reports of more failed checks than a platform takes keep to its limits, and say what they left out.
func TestManyChecks(t *testing.T) {
	t.Parallel()
	const n = 26_000 // more than code scanning takes, and than any other limit
	r := manyChecks(n)
	text := string(render(t, Markdown, r))
	if len(text) > MarkdownBudget || !strings.Contains(text, "additions left out to keep within the size of a step summary") {
		t.Errorf("the summary has %d bytes, or does not say that additions are left out; want at most %d", len(text), MarkdownBudget)
	}
	sarif := render(t, SARIF, r)
	run := parseSARIF(t, sarif).Runs[0]
	notes := run.Invocations[0].ToolExecutionNotifications
	if want := fmt.Sprintf("%d of %d results were left out", n-len(run.Results), n); len(run.Results) == 0 || len(run.Results) > sarifResults ||
		len(notes) == 0 || !strings.Contains(notes[0].Message.Text, want) {
		t.Errorf("SARIF has %d results and says %v, want at most %d and %q", len(run.Results), notes, sarifResults, want)
	}
	for _, problem := range codeScanningProblems(sarif) {
		t.Error(problem)
	}
	if got := len(Comment(r, "app")); got > 65536 {
		t.Errorf("the comment has %d bytes", got)
	}
	page := string(render(t, HTML, r))
	const rows = 79 // of 80 rules; LG-RUN-020 blocks only where the policy asks for it, and what blocks takes all the room
	if got, most := strings.Count(page, "<pre"), rows*maxAdditions; got != most {
		t.Errorf("the page shows %d additions, want %d for each of %d rows", got, maxAdditions, rows)
	}
}
