package report

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"

	"github.com/layergate/layergate/pkg/finding"
)

//go:embed html.tmpl
var htmlTemplate string

//go:embed html.css
var htmlStyle string

//go:embed html.js
var htmlScript string

// HTML writes layergate.html: everything that a reader wants to know of the run on one page, which needs no network. A
// script of its own filters what is there; without it all is shown. Its Content-Security-Policy names that script and the
// style by their hashes and allows nothing else.
func HTML(w io.Writer, r *Report) error {
	t, err := template.New("report").Parse(htmlTemplate)
	if err != nil {
		return fmt.Errorf("reading the page's template: %w", err)
	}
	return t.Execute(w, htmlPage(r))
}

// page holds the values for the HTML template. All text went through printable, and the template escapes it for where
// it stands.
type page struct {
	Style      template.CSS
	Script     template.JS
	StyleHash  template.HTMLAttr // of the policy that allows this style and nothing else
	ScriptHash template.HTMLAttr
	Subject    string
	Digest     string
	Blocked    bool
	Sentence   string
	Green      string // the address of what to do about what blocks
	Facts      []string
	Remedies   htmlRemedies
	Warnings   []string
	Notes      []htmlNote
	Stacks     []htmlStack
	Filters    []htmlFilter
	Findings   int    // that the filters choose from
	LeftOut    string // what of the findings is not on the page; empty for nothing
	Tables     []htmlTable
	Passing    []htmlPassing
	Coverage   []htmlCoverage
	Database   string // empty where none was asked
	Policy     string
	Tool       string
}

// htmlNote is something about the policy that wants attention.
type htmlNote struct{ Title, Message, Place string }

// htmlPassing lists what passes for a time: the finding, what it is in, and why it passes.
type htmlPassing struct {
	ID, Title string
	Rows      [][3]string
	More      int // how many are left out
}

type htmlLabel struct {
	Text string
	Code bool
}

// htmlCount is a number of findings of one severity.
type htmlCount struct {
	Severity string
	N        int
}

func htmlPage(r *Report) page {
	s := r.summarize()
	p := page{
		Style: template.CSS(htmlStyle), StyleHash: hashSource(htmlStyle),
		Script: template.JS(htmlScript), ScriptHash: hashSource(htmlScript),
		Subject: orImage(printable(r.title())), Digest: printable(r.image().Digest),
		Blocked: s.blocked, Sentence: s.sentence, Green: gettingToGreen,
		Facts:    printableList([]string{s.database, s.holds, s.rest, s.base, s.change}),
		Remedies: htmlRemediesOf(r.Remedies),
		Warnings: printableList(r.Warnings),
		Policy:   printable(r.policyLine()),
		Tool:     printable(r.Tool.Name + " " + r.Tool.Version),
	}
	for _, n := range r.PolicyNotes() {
		p.Notes = append(p.Notes, htmlNote{printable(n.Title), printable(n.Message), placeWords(n.Location)})
	}
	if r.Database.asked() {
		p.Database = printable(r.databaseLine())
	}
	p.Tables = r.htmlTables()
	p.Filters, p.Findings = htmlFilters(p.Tables)
	p.LeftOut = r.leftOut(p.Findings)
	for i := range r.Platforms {
		p.Stacks = append(p.Stacks, r.htmlStack(&r.Platforms[i], p.Tables))
		p.Coverage = append(p.Coverage, htmlCoverageOf(&r.Platforms[i]))
	}
	for _, l := range r.passingLists() {
		of := htmlPassing{ID: l.id, Title: l.title}
		shown, rest := firstOf(l.of, maxPassing)
		of.More = rest
		for _, pass := range shown {
			of.Rows = append(of.Rows, [3]string{orDash(printable(pass.id)), printable(pass.subject), printable(pass.why())})
		}
		p.Passing = append(p.Passing, of)
	}
	return p
}

// hashSource is a style or a script as a Content-Security-Policy names it (Content Security Policy Level 3, hash-source).
func hashSource(s string) template.HTMLAttr {
	sum := sha256.Sum256([]byte(s))
	return template.HTMLAttr("'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'")
}

func htmlCounts(c finding.Counts) []htmlCount {
	var out []htmlCount
	for _, s := range finding.Severities() {
		if n := c.Of(s); n > 0 {
			out = append(out, htmlCount{Severity: s.String(), N: n})
		}
	}
	return out
}

func htmlLabelOf(l label) htmlLabel { return htmlLabel{orDash(printable(l.text)), l.code} }

// placeWords names a line, or nothing.
func placeWords(l *finding.Location) string {
	if l == nil {
		return ""
	}
	return printable(fmt.Sprintf("%s:%d", l.File, l.Line))
}

// htmlTitle names a platform with its distribution.
func htmlTitle(p *Platform) string {
	title := printable(p.Platform)
	if d := printable(distribution(p.Distro)); d != "" {
		title += ", " + d
	}
	if p.Distro.EndOfLife {
		title += " (end of life)"
	}
	return title
}
