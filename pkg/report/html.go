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

	"github.com/layergate/layergate/pkg/finding"
)

//go:embed html.tmpl
var htmlTemplate string

//go:embed html.css
var htmlStyle string

// HTML writes layergate.html: everything that a reader wants to know of the run on one page, which needs no network, runs
// no script, and is forbidden both by its own Content-Security-Policy.
func HTML(w io.Writer, r *Report) error {
	t, err := template.New("report").Parse(htmlTemplate)
	if err != nil {
		return fmt.Errorf("reading the page's template: %w", err)
	}
	return t.Execute(w, htmlPage(r))
}

// page is what the template shows. All text went through printable, and the template escapes it for where it stands.
type page struct {
	Style     template.CSS
	StyleHash template.HTMLAttr // of the policy that allows this style and nothing else
	Image     string
	Digest    string
	Blocked   bool
	Sentence  string
	Remedy    string
	Facts     []string
	Warnings  []string
	Platforms []htmlPlatform
	Tables    []htmlTable
	Database  string
	Policy    string
	Tool      string
}

type htmlPlatform struct {
	Title  string
	Layers []htmlLayer
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

// htmlTable lists packages with their vulnerabilities.
type htmlTable struct {
	ID, Title, Intro, Action string
	Rows                     []htmlRow
}

type htmlRow struct {
	Name, Version, Type string
	Action              string
	Passes              bool // the policy lets it pass
	Counts              []htmlCount
	Vulnerabilities     []htmlVulnerability
	Places              []htmlPlace
}

type htmlVulnerability struct{ ID, Address, Severity, Summary, Fix string }

type htmlPlace struct{ Layer, Path, Line, Platforms string }

func htmlPage(r *Report) page {
	s := r.summarize()
	sum := sha256.Sum256([]byte(htmlStyle))
	p := page{
		Style:     template.CSS(htmlStyle),
		StyleHash: template.HTMLAttr(base64.StdEncoding.EncodeToString(sum[:])),
		Image:     orImage(printable(r.title())), Digest: printable(r.Image.Digest),
		Blocked: s.blocked, Sentence: s.sentence, Remedy: s.remedy,
		Facts:    printableList([]string{s.holds, s.rest, s.base}),
		Warnings: printableList(r.Warnings),
		Database: printable(r.databaseLine()), Policy: printable(r.policyLine()),
		Tool: printable(r.Tool.Name + " " + r.Tool.Version),
	}
	for _, of := range r.Platforms {
		p.Platforms = append(p.Platforms, htmlLayers(of))
	}
	p.Tables = []htmlTable{
		{ID: "upgrade", Title: "What to upgrade", Action: "Upgrade to"},
		{ID: "unfixed", Title: "No fix yet", Action: "Advisory says"},
		{ID: "shadowed", Title: "Shadowed", Action: "Fixed in", Intro: shadowedIntro},
	}
	for i, keep := range []func(finding.Finding) bool{fixable, unfixable, shadowed} {
		for _, g := range r.group(keep) {
			p.Tables[i].Rows = append(p.Tables[i].Rows, htmlGroup(g, len(r.Platforms)))
		}
	}
	p.Tables = slices.DeleteFunc(p.Tables, func(t htmlTable) bool { return len(t.Rows) == 0 })
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

func htmlCounts(c finding.Counts) []htmlCount {
	var out []htmlCount
	for _, s := range finding.Severities() {
		if n := c.Of(s); n > 0 {
			out = append(out, htmlCount{Severity: s.String(), N: n})
		}
	}
	return out
}

func htmlGroup(g group, platforms int) htmlRow {
	row := htmlRow{
		Name: orDash(printable(g.pkg.Name)), Version: orDash(printable(g.pkg.Version)), Type: printable(g.pkg.Type),
		Counts: htmlCounts(g.counts), Passes: !g.blocks && g.findings[0].State != finding.Shadowed,
	}
	versions, rest := firstOf(printableList(g.upgrade().versions), 5)
	row.Action = orDash(joinOr(versions, rest))
	if len(versions) == 0 && g.findings[0].State != finding.Shadowed {
		row.Action = stateCell(g)
	}
	for _, f := range g.findings {
		row.Vulnerabilities = append(row.Vulnerabilities, htmlVulnerability{
			ID: orDash(printable(f.ID)), Address: webAddress(f.URLs), Severity: f.Severity.String(), Summary: printable(f.Summary), Fix: printable(fixWords(f)),
		})
	}
	for _, p := range g.places {
		place := htmlPlace{Layer: fmt.Sprintf("layer %d", p.layer), Path: printable(p.path)}
		if p.location != nil {
			place.Line = printable(fmt.Sprintf("%s:%d", p.location.File, p.location.Line))
		}
		if len(p.platforms) < platforms {
			place.Platforms = printable(joinAnd(p.platforms))
		}
		row.Places = append(row.Places, place)
	}
	return row
}
