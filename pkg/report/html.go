package report

import (
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
)

//go:embed html.tmpl
var htmlTemplate string

//go:embed html.css
var htmlStyle string

// HTML writes layergate.html: everything that a reader wants to know of the run on one page, which needs no network,
// runs no script, and is forbidden both by its own Content-Security-Policy.
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
	Style     template.CSS
	StyleHash template.HTMLAttr // of the policy that allows this style and nothing else
	Subject   string
	Digest    string
	Blocked   bool
	Sentence  string
	Remedy    string
	Green     string // the address of what to do about what blocks
	Facts     []string
	Warnings  []string
	Platforms []htmlPlatform
	Tables    []htmlTable
	Passing   []htmlPassing
	Database  string // empty where none was asked
	Policy    string
	Tool      string
}

// htmlPassing lists what passes for a time: the finding, what it is in, and why it passes.
type htmlPassing struct {
	ID, Title string
	Rows      [][3]string
}

type htmlPlatform struct {
	Title    string
	Layers   []htmlLayer
	Coverage htmlCoverage
}

// htmlCoverage is what was looked at.
type htmlCoverage struct {
	LookedUp    [][4]string // packages, number, files, advisories
	Files       string
	Executables [][3]string // path, size, layer
	Unread      [][3]string // path, layer, reason
	More        int         // of them that are not listed
}

type htmlLayer struct {
	Index       int
	Instruction string
	Place       string
	Base        bool
	Size        string
	Packages    int
	Counts      []htmlCount
	Shadowed    int
}

// htmlCount is a number of findings of one severity.
type htmlCount struct {
	Severity string
	N        int
}

// htmlTable lists what is repaired in one go, with what was found there.
type htmlTable struct {
	ID, Title, Intro string
	Columns          []string
	Rows             []htmlRow
}

type htmlRow struct {
	Name, Detail htmlLabel
	Type, Action string
	Passes       bool // the policy lets it pass
	Counts       []htmlCount
	Findings     []htmlFinding
	Places       [][]htmlLabel
}

type htmlLabel struct {
	Text string
	Code bool
}

type htmlFinding struct{ ID, Address, Severity, Summary, Fix, Baseline string }

func htmlPage(r *Report) page {
	s := r.summarize()
	sum := sha256.Sum256([]byte(htmlStyle))
	p := page{
		Style:     template.CSS(htmlStyle),
		StyleHash: template.HTMLAttr(base64.StdEncoding.EncodeToString(sum[:])),
		Subject:   orImage(printable(r.title())), Digest: printable(r.image().Digest),
		Blocked: s.blocked, Sentence: s.sentence, Remedy: s.remedy, Green: gettingToGreen,
		Facts:    printableList([]string{s.holds, s.rest, s.base, s.change}),
		Warnings: printableList(r.allWarnings()),
		Policy:   printable(r.policyLine()),
		Tool:     printable(r.Tool.Name + " " + r.Tool.Version),
	}
	if r.Database != (Database{}) {
		p.Database = printable(r.databaseLine())
	}
	for _, of := range r.Platforms {
		p.Platforms = append(p.Platforms, htmlLayers(of))
	}
	for _, k := range allKinds() {
		for _, l := range k.listings {
			t := htmlTable{ID: l.id, Title: l.title, Intro: l.intro, Columns: l.html}
			for _, g := range r.listed(l) {
				t.Rows = append(t.Rows, htmlGroup(g, l.action(&g), len(r.Platforms)))
			}
			if len(t.Rows) > 0 {
				p.Tables = append(p.Tables, t)
			}
		}
	}
	for _, l := range r.passingLists() {
		of := htmlPassing{ID: l.id, Title: l.title}
		for _, pass := range l.of {
			of.Rows = append(of.Rows, [3]string{orDash(printable(pass.id)), printable(pass.subject), printable(pass.why())})
		}
		p.Passing = append(p.Passing, of)
	}
	return p
}

func htmlLayers(p Platform) htmlPlatform {
	out := htmlPlatform{Title: printable(p.Platform)}
	if d := printable(distribution(p.Distro)); d != "" {
		out.Title += ", " + d
	}
	if p.Distro.EndOfLife {
		out.Title += " (end of life)"
	}
	out.Coverage = htmlCoverageOf(p.Coverage)
	for _, l := range p.Layers {
		row := htmlLayer{
			Index: l.Index, Instruction: instruction(l.CreatedBy), Base: l.Base, Size: size(cmp.Or(l.Size, l.Unpacked)),
			Packages: l.Packages, Counts: htmlCounts(l.Counts), Shadowed: l.Shadowed.Total(),
		}
		if l.Location != nil {
			row.Place = printable(fmt.Sprintf("%s:%d", l.Location.File, l.Location.Line))
		}
		out.Layers = append(out.Layers, row)
	}
	return out
}

func htmlCoverageOf(c Coverage) htmlCoverage {
	out := htmlCoverage{Files: upperFirst(c.filesSentence())}
	for _, l := range c.LookedUp {
		out.LookedUp = append(out.LookedUp, [4]string{printable(l.name()), strconv.Itoa(l.Packages), plural(l.Files, "file"), l.advisories()})
	}
	for _, e := range c.Executables.Largest {
		out.Executables = append(out.Executables, [3]string{printable(e.Path), size(e.Size), strconv.Itoa(e.Layer)})
	}
	unread, rest := firstOf(c.Unread, 100)
	out.More = rest
	for _, u := range unread {
		out.Unread = append(out.Unread, [3]string{printable(u.Path), strconv.Itoa(u.Layer), orDash(printable(u.Reason))})
	}
	return out
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

func htmlGroup(g group, do action, platforms int) htmlRow {
	row := htmlRow{Name: htmlLabelOf(g.words.name), Detail: htmlLabelOf(g.words.detail), Type: printable(g.words.kind), Counts: htmlCounts(g.counts), Passes: g.passes()}
	versions, rest := firstOf(printableList(do.versions), 5)
	row.Action = joinOr(versions, rest)
	if len(versions) == 0 {
		row.Action = orDash(printable(do.text))
	}
	for _, f := range g.findings {
		row.Findings = append(row.Findings, htmlFinding{
			ID: orDash(printable(f.ID)), Address: webAddress(f.URLs), Severity: f.Severity.String(), Summary: printable(f.Summary), Fix: printable(wordsOf(f).remedy),
			Baseline: baselineWords(f.Baseline),
		})
	}
	for _, p := range g.places {
		row.Places = append(row.Places, htmlPlace(p, platforms))
	}
	return row
}

func htmlLabelOf(l label) htmlLabel { return htmlLabel{orDash(printable(l.text)), l.code} }

// htmlPlace names a place, with its platforms where not all have it.
func htmlPlace(p place, platforms int) []htmlLabel {
	var layer, on, line, path string
	if p.layer >= 0 {
		layer = fmt.Sprintf("layer %d", p.layer)
	}
	if len(p.platforms) > 0 && len(p.platforms) < platforms {
		on = " on " + printable(joinAnd(p.platforms))
	}
	if p.location != nil {
		line = fmt.Sprintf("%s:%d", p.location.File, p.location.Line)
	}
	if p.location == nil || p.location.File != p.path {
		path = p.path
	}
	parts := []htmlLabel{{strings.TrimSpace(layer + on), false}, {printable(line), true}, {printable(path), true}, {printable(p.inside), true}}
	return slices.DeleteFunc(parts, func(l htmlLabel) bool { return l.Text == "" })
}
