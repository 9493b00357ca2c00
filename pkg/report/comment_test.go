package report

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/remedy"
)

// codeSpan is one of Markdown, in which nothing but its end means anything.
var codeSpan = regexp.MustCompile("`[^`\n]*`")

// Nothing that an image's author wrote makes markup, a mention or another marker of a comment.
func TestCommentIsHarmless(t *testing.T) {
	t.Parallel()
	forEachFixture(t, func(t *testing.T, r *Report) {
		got := codeSpan.ReplaceAllString(Comment(r), "")
		if strings.ContainsAny(got, "<>@") {
			t.Errorf("Comment() has markup or a mention outside of code:\n%s", got)
		}
	})
}

func TestComment(t *testing.T) {
	t.Parallel()
	in := func(name, id string, s finding.Severity) finding.Finding {
		f := vulnerable(id, s, 0, baseLayer, npm(name, "1.0.0", "/"+name), "1.0.1")
		f.Baseline, f.Location = finding.BaselineNew, &finding.Location{File: "package-lock.json", Line: 7, EndLine: 7}
		return f
	}
	findings := []finding.Finding{in("passes", "CVE-9", finding.SeverityLow)}
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g"} {
		findings = append(findings, in(name, "CVE-"+name, finding.SeverityHigh))
	}
	r := judge(base(baseLayer), policy.Threshold("high"), findings...)
	got := Comment(r)
	for _, want := range []string{
		"## ⛔ Blocked: ", "**To do**\n\n1. **a 1.0.0 → 1.0.1** in `package-lock.json:7` removes 1 high", "2 more steps on the page of the run",
		"**New with this change, and the policy lets it pass**\n\n- low: CVE-9 in passes 1.0.0 `package-lock.json:7`",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("Comment() does not say %q:\n%s", want, got)
		}
	}
}

// Where there is a plan, a comment names its steps, those about what the change brought first.
func TestCommentNamesSteps(t *testing.T) {
	t.Parallel()
	was := vulnerable("CVE-1", finding.SeverityCritical, 0, baseLayer, npm("was", "1.0.0", "/was"), "1.0.1")
	was.Baseline = finding.BaselineUnchanged
	came := vulnerable("CVE-2", finding.SeverityLow, 0, baseLayer, npm("came", "1.0.0", "/came"), "1.0.1")
	came.Baseline = finding.BaselineNew
	never := vulnerable("CVE-3", finding.SeverityLow, 0, baseLayer, npm("never", "1.0.0", "/never"))
	r := judge(base(baseLayer), "any", was, came, never)
	step := func(title string, id string) remedy.Step {
		i := slices.IndexFunc(r.Findings, func(f finding.Finding) bool { return f.ID == id })
		return remedy.Step{Kind: remedy.KindUpgrade, Title: title, Command: "npm install " + title, Sure: true, Removes: remedy.Tally{Count: 1, Findings: []int{i}}}
	}
	r.Remedies = remedy.Plan{Remedy: remedy.OutcomeSource, Steps: []remedy.Step{step("was", "CVE-1"), step("came", "CVE-2")}}
	r.Remedies.Remaining.Count = 1
	got := Comment(r)
	for _, want := range []string{"**To do**\n\n1. **came** removes 1 coverage gap  \n   `npm install came`\n2. **was** ", "Nobody can remove 1 finding today"} {
		if !strings.Contains(got, want) {
			t.Errorf("Comment() does not say %q:\n%s", want, got)
		}
	}
	for i := range 10 {
		r.Remedies.Steps = append(r.Remedies.Steps, step(string(rune('a'+i)), "CVE-1"))
	}
	if got := Comment(r); !strings.Contains(got, "7 more steps on the page of the run.") || strings.Contains(got, "6. ") {
		t.Errorf("Comment() of twelve steps is\n%s", got)
	}
}

func TestIsNews(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		state finding.BaselineState
		fails policy.Threshold
		want  bool
	}{
		{"", "any", true}, {"", "never", false}, {finding.BaselineUnchanged, "never", false}, {finding.BaselineNew, "never", true}, {finding.BaselineNewlyKnown, "never", true},
	} {
		f := vulnerable("CVE-1", finding.SeverityHigh, 0, baseLayer, npm("a", "1", "/a"))
		f.Baseline = tt.state
		if got := judge(base(baseLayer), tt.fails, f).IsNews(); got != tt.want {
			t.Errorf("IsNews() of a finding that is %q and blocks from %s on = %t, want %t", tt.state, tt.fails, got, tt.want)
		}
	}
}
