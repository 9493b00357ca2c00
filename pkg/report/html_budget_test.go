package report

import (
	"fmt"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

// A row of many findings leaves room for the others.
func TestHTMLRoomForEachRow(t *testing.T) {
	t.Parallel()
	r := base(appLayer, appLayer, appLayer)
	var findings []finding.Finding
	for i := range maxOnPage {
		findings = append(findings, vulnerable(fmt.Sprintf("CVE-%d", i), finding.SeverityHigh, 7, appLayer, npm("linux", "6.1", "/srv/package.json"), "6.2"))
	}
	findings = append(findings, vulnerable("CVE-other", finding.SeverityLow, 3, appLayer, npm("axios", "1.0.0", "/srv/package.json"), "1.0.1"))
	page := htmlPage(judge(r, policy.Any, findings...))
	if rows := len(page.Tables[0].Rows); rows != 2 || page.Findings != maxOnPage {
		t.Errorf("the page has %d rows of %d findings, want 2 of %d", rows, page.Findings, maxOnPage)
	}
}

// A page of too many findings has those that block, however little severe they are, and says what it leaves out.
func TestHTMLLeavesOut(t *testing.T) {
	t.Parallel()
	r := base(appLayer, appLayer, appLayer)
	var findings []finding.Finding
	for i := range maxOnPage {
		findings = append(findings, vulnerable(fmt.Sprintf("CVE-%d", i), finding.SeverityHigh, 7, appLayer, npm("lodash", "4.17.15", "/srv/package.json")))
	}
	findings = append(findings, vulnerable("CVE-blocks", finding.SeverityLow, 3, appLayer, npm("axios", "1.0.0", "/srv/package.json"), "1.0.1"))
	judge(r, policy.Never, findings...)
	last := len(r.Verdict.Decisions) - 1
	for i := range r.Verdict.Decisions {
		if r.Verdict.Decisions[i].Finding == last {
			r.Verdict.Decisions[i].Effect = policy.Blocks
		}
	}
	page := htmlPage(r)
	if page.Findings != maxOnPage {
		t.Errorf("%d findings are on the page, want %d", page.Findings, maxOnPage)
	}
	if want := "This page has 10000 of 10001 findings"; !strings.HasPrefix(page.LeftOut, want) {
		t.Errorf("the page says %q, want %q in it", page.LeftOut, want)
	}
	if got := page.Tables[0].Rows[0].Name.Text; got != "axios" {
		t.Errorf("the page begins with %s, want axios, which blocks", got)
	}
	r.Findings, r.Verdict.Decisions = r.Findings[1:], r.Verdict.Decisions[1:]
	for i := range r.Verdict.Decisions {
		r.Verdict.Decisions[i].Finding--
	}
	if got := htmlPage(r).LeftOut; got != "" {
		t.Errorf("a page of all findings says %q, want nothing", got)
	}
}

// Long lists beside the findings are cut, and the page says by how many.
func TestHTMLCutsLists(t *testing.T) {
	t.Parallel()
	r := base(appLayer, appLayer, appLayer)
	var findings []finding.Finding
	for i := range maxPassing + 1 {
		p := npm(fmt.Sprintf("package-%d", i), "1.0.0", "/srv/package.json")
		findings = append(findings, vulnerable(fmt.Sprintf("CVE-%d", i), finding.SeverityHigh, 7, appLayer, p, "1.0.1"))
	}
	judge(r, policy.Any, findings...)
	if page, want := string(render(t, HTML, r)), fmt.Sprintf("<details><summary>%d more</summary>", len(findings)-maxSteps); !strings.Contains(page, want) {
		t.Errorf("the page does not say %q", want)
	}
	if got := htmlRemediesOf(r.Remedies); len(got.Steps) != maxListed || got.MoreSteps != len(findings)-maxListed {
		t.Errorf("the page lists %d changes and leaves out %d, want %d and %d", len(got.Steps), got.MoreSteps, maxListed, len(findings)-maxListed)
	}
	for i := range r.Verdict.Decisions {
		r.Verdict.Decisions[i].Effect, r.Verdict.Decisions[i].Rule = policy.Tolerated, policy.RuleBaseline
	}
	if got := htmlPage(r).Passing[0]; len(got.Rows) != maxPassing || got.More != 1 {
		t.Errorf("the page lists %d findings that were there before and leaves out %d, want %d and 1", len(got.Rows), got.More, maxPassing)
	}
}
