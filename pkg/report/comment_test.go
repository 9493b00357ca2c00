package report

import (
	"regexp"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
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
	got := Comment(judge(base(baseLayer), policy.Threshold("high"), findings...))
	for _, want := range []string{
		"## ⛔ Blocked: ", "**To do**\n\n- high: CVE-a in a 1.0.0 `package-lock.json:7`  \n  Upgrade to a&#64;&#8203;1.0.1.", "- and 2 more, on the page of the run",
		"**New with this change, and the policy lets it pass**\n\n- low: CVE-9 in passes 1.0.0 `package-lock.json:7`",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("Comment() does not say %q:\n%s", want, got)
		}
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
