package report

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/owenrumney/go-sarif/v2/sarif"

	"github.com/layergate/layergate/pkg/finding"
)

// check is the wording of a failed check.
type check struct {
	f finding.Finding
	*finding.Check
}

// place names the package, or else the resource, the container and the field.
func (c check) place() string {
	if p := c.Package; p != nil {
		return strings.TrimSpace(p.Name + " " + p.Version)
	}
	var parts []string
	if c.Resource != "" {
		parts = append(parts, c.Resource)
	}
	if c.Container != "" {
		parts = append(parts, "container "+c.Container)
	}
	if c.Field != "" {
		parts = append(parts, c.Field)
	}
	return strings.Join(parts, ", ")
}

func (c check) words() words {
	f, place, title := c.f, c.place(), sarifText(c.f.Title, 200)
	subject := sarifText(cmp.Or(place, f.Path, "the image"), 200)
	about := "misconfiguration"
	switch {
	case f.Kind == finding.KindSecret:
		about = "secret"
	case len(c.Licenses) > 0:
		about = "license"
	}
	return words{
		name:   label{text: f.Title},
		detail: label{text: c.Saw},
		remedy: c.Wants,

		subject:  subject,
		headline: fmt.Sprintf("%s: %s (%s): %s", subject, title, f.Severity, sarifText(c.Wants, 200)),
		more:     "Found: " + sarifText(c.Saw, 300),
		brings:   title,
		also:     "The same place also has",
		affected: shorten(subject, 80),
		unsaid:   title + " in",

		rank:      f.Severity,
		precision: "very-high",
		tags:      []string{about, "container"},
	}
}

func (c check) properties() sarif.Properties {
	return sarif.Properties{"check": withoutEmpty(sarif.Properties{
		"saw": printable(c.Saw), "wants": printable(c.Wants), "resource": printable(c.Resource), "container": printable(c.Container), "field": printable(c.Field),
	})}
}

func (c check) logical() (kind, name, qualified string) {
	if c.Package != nil {
		return "package", c.Package.Name, c.Package.Name + "@" + c.Package.Version
	}
	return "resource", cmp.Or(c.Resource, c.Field, c.f.Title), cmp.Or(c.place(), c.f.Title)
}

func (c check) occurrence() (name, value string) { return "saw", c.Saw }

// checkNote says what was found and what is wanted, and in what of the first file.
func checkNote(g *group) string {
	found := "found"
	if in := g.first().inside; in != "" {
		found += " in " + in
	}
	return fmt.Sprintf("%s: %s; wanted: %s", found, orDash(g.words.detail.text), orDash(g.words.remedy))
}

// checkColumns are those of the terminal's table, under the name of what failed.
func checkColumns(name string) []column {
	return []column{{title: name, least: 20}, {title: severityTitle}, {title: "RULE", optional: true}}
}

// checkCells are for checkColumns.
func checkCells(g *group) []string {
	return []string{g.words.name.text, countLetters(g.counts), g.findings[0].ID}
}

func checkKind() kindWords {
	columns := []string{"Check", "Found", "Wanted", "Severity", "Rule", "Where"}
	return kindWords{
		kind:    finding.KindCheck,
		columns: checkColumns("CHECK"),
		cells:   checkCells,
		note:    checkNote,
		help:    []string{"Check", "Found", "Wanted"},
		item:    "failed check",
		listings: []listing{{
			id: "checks", title: "Failed checks", markdown: columns, html: columns, action: firstRemedy,
			keep: isKind(finding.KindCheck),
		}},
		advice: remedySentence,
		remedy: func(blocking *Report) []string {
			n := blocking.count(finding.KindCheck)
			if n == 0 {
				return nil
			}
			return []string{fmt.Sprintf("Correct %s, or accept %s in writing.", plural(n, "failed check"), verb(n, "it", "them"))}
		},
	}
}
