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

// code is a block or a span of code in Markdown, in which nothing but its end means anything.
var code = regexp.MustCompile("(?ms)^````?[a-z]*\n.*?\n````?$|`[^`\n]*`")

// Nothing that an image's author wrote makes markup, a mention or another marker of a comment.
func TestCommentIsHarmless(t *testing.T) {
	t.Parallel()
	forEachFixture(t, func(t *testing.T, r *Report) {
		got := Comment(r, "<name>")
		got = code.ReplaceAllString(strings.NewReplacer(foldStart(additionsTitle), "", foldEnd, "").Replace(got), "")
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
	got := Comment(r, "app")
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
	got := Comment(r, "app")
	for _, want := range []string{"**To do**\n\n1. **came** removes 1 coverage gap  \n   `npm install came`\n2. **was** ", "Nobody can remove 1 finding today"} {
		if !strings.Contains(got, want) {
			t.Errorf("Comment() does not say %q:\n%s", want, got)
		}
	}
	for i := range 10 {
		r.Remedies.Steps = append(r.Remedies.Steps, step(string(rune('a'+i)), "CVE-1"))
	}
	if got := Comment(r, "app"); !strings.Contains(got, "7 more steps on the page of the run.") || strings.Contains(got, "6. ") {
		t.Errorf("Comment() of twelve steps is\n%s", got)
	}
}

// Comments about two images of one title have two headings.
func TestCommentName(t *testing.T) {
	t.Parallel()
	r := judge(base(baseLayer), policy.Any)
	for name, want := range map[string]string{"team/app": "app:1.2`\n", "arm`64": "app:1.2` (`arm'64`)\n", "": "app:1.2`\n"} {
		if got, _, _ := strings.Cut(Comment(r, name), "\n"); !strings.HasSuffix(got+"\n", want) {
			t.Errorf("Comment(%q) begins with %q, want %q at the end of that line", name, got, want)
		}
	}
}

// What to add because of what blocks stands in the comment, folded, and what is new first; of many additions it says how many there are.
func TestCommentShowsAdditions(t *testing.T) {
	t.Parallel()
	r := manifestsReport()
	got := Comment(r, "deploy")
	want := foldStart(additionsTitle) + "In deploy/api.yaml, for [run-as-root](https://rules.example/run-as-root):\n\n```yaml\n          securityContext:\n            runAsNonRoot: true\n```\n\nBelow deploy/web.yaml:21, for"
	if !strings.Contains(got, want) || strings.Contains(got, "no-limits") {
		t.Errorf("Comment() does not say %q, or what does not block:\n%s", want, got)
	}
	var many []finding.Finding
	for i := range 400 {
		f := failed("run-as-root", finding.SeverityHigh, "the user may be root", 1+i, finding.Check{Saw: "no user", Wants: "set one", Add: "user: 1\n"})
		f.Baseline = finding.BaselineUnchanged
		if i == 399 {
			f.Baseline = finding.BaselineNew
		}
		many = append(many, f)
	}
	got = Comment(judge(manifestsReport(), policy.Any, many...), "deploy")
	if first := strings.Index(got, "Below deploy/web.yaml:400, for"); first < 0 || first > strings.Index(got, "Below deploy/web.yaml:1, for") {
		t.Error("Comment() does not show what is new with the change first")
	}
	if !strings.Contains(got, " more additions on the page of the run.") || len(got) > 2*commentAdditions {
		t.Errorf("Comment() of 400 additions has %d bytes, and does not say that there are more", len(got))
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
