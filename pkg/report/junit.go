package report

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/layergate/layergate/pkg/policy"
)

// The elements of JUnit's XML that GitLab, Azure Pipelines and Jenkins read. They have no common schema.
type (
	junitSuites struct {
		XMLName xml.Name `xml:"testsuites"`
		junitCounts
		Suites []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name string `xml:"name,attr"`
		junitCounts
		Cases []junitCase `xml:"testcase"`
	}
	junitCounts struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
		Skipped  int `xml:"skipped,attr"`
	}
	junitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		File    string        `xml:"file,attr,omitempty"`
		Line    int           `xml:"line,attr,omitempty"`
		Failure *junitMessage `xml:"failure"`
		Skipped *junitMessage `xml:"skipped"`
		Out     string        `xml:"system-out,omitempty"`
	}
	junitMessage struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
)

// JUnit writes layergate.junit.xml: a test for the subject itself, and one for each thing to repair. A test fails where at
// least one of its findings blocks, and is skipped, with the reason, where one of them is waived and none blocks.
func JUnit(w io.Writer, r *Report) error {
	suite := junitSuite{Name: cmp.Or(printable(r.title()), r.Name()), Cases: []junitCase{subjectCase(r)}}
	blocking, waivers := map[string]group{}, r.waiverReasons()
	for _, g := range r.onlyBlocking().group(anyFinding) {
		blocking[g.key] = g
	}
	for _, g := range r.group(anyFinding) {
		if g.blocks {
			g = blocking[g.key] // what does not block is not why the test fails
			suite.Cases = append(suite.Cases, failedCase(g, waivers[g.key]))
		} else {
			suite.Cases = append(suite.Cases, passedCase(g, waivers[g.key]))
		}
	}
	for _, c := range suite.Cases {
		suite.Tests++
		switch {
		case c.Failure != nil:
			suite.Failures++
		case c.Skipped != nil:
			suite.Skipped++
		}
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(junitSuites{junitCounts: suite.junitCounts, Suites: []junitSuite{suite}}); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// subjectCase says what was scanned. It fails only where the subject is blocked although no finding says why.
func subjectCase(r *Report) junitCase {
	s := r.summarize()
	c := junitCase{Class: "layergate.scan", Name: s.holds}
	lines := []string{s.sentence}
	if s.database != "" {
		lines = append(lines, upperFirst(s.database))
	}
	for _, p := range r.Platforms {
		lines = append(lines, p.Platform+": "+p.Coverage.sentence())
	}
	c.Out = printableLines(lines)
	if s.blocked && len(r.Verdict.Blocking()) == 0 {
		c.Failure = &junitMessage{Message: s.sentence}
	}
	return c
}

// groupCase is the test of what is repaired in one go, without its result.
func groupCase(g group) junitCase {
	c := junitCase{Class: "layergate." + string(g.findings[0].Kind), Name: strings.TrimSpace(printable(g.words.name.text) + " " + printable(g.words.detail.text))}
	for _, p := range g.places {
		if p.location != nil {
			c.File, c.Line = printable(p.location.File), p.location.Line
			break
		}
	}
	return c
}

// failedCase is the test of findings that block; waivers say which others of the group do not.
func failedCase(g group, waivers []string) junitCase {
	c := groupCase(g)
	c.Failure = &junitMessage{Message: printable(adviceTitle(g)), Type: g.rank().String(), Text: caseText(g, waivers)}
	return c
}

// passedCase is the test of findings none of which blocks.
func passedCase(g group, waivers []string) junitCase {
	c := groupCase(g)
	c.Out = printable(adviceTitle(g)) + "\n" + caseText(g, nil)
	if len(waivers) > 0 {
		c.Skipped = &junitMessage{Message: printable(strings.Join(waivers, "; "))}
	}
	return c
}

func caseText(g group, waivers []string) string {
	return printableLines(append(strings.Split(adviceMessage(g), "\n"), waivers...))
}

// waiverReasons lists for each group why findings of it are waived, each reason once.
func (r *Report) waiverReasons() map[string][]string {
	out := map[string][]string{}
	for _, d := range r.Verdict.Decisions {
		if d.Effect == policy.Waived {
			f := r.Findings[d.Finding]
			k := groupOf(f)
			out[k] = append(out[k], fmt.Sprintf("%s: %s", f.ID, d.Reason))
		}
	}
	for k := range out {
		out[k] = sortedOnce(out[k])
	}
	return out
}

// printableLines makes each line one of visible characters.
func printableLines(lines []string) string {
	out := make([]string, 0, len(lines))
	for _, line := range lines {
		out = append(out, printable(line))
	}
	return strings.Join(out, "\n")
}
