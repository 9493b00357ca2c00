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
		remedy: strings.TrimSuffix(c.Wants, "."),

		subject:  subject,
		headline: fmt.Sprintf("%s: %s (%s): %s", subject, title, f.Severity, sarifText(strings.TrimSuffix(c.Wants, "."), 200)),
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
		"image": printable(c.Image), "add": strings.Join(codeLines(c.Add), "\n"),
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

// likeCheck has the words of a kind of findings that are described as failed checks are: name is its singular, listing says
// where it is listed.
func likeCheck(kind finding.Kind, name, item string, listed listing) kindWords {
	columns := []string{name, "Found", "Wanted", "Severity", "Rule", "Where"}
	listed.markdown, listed.html, listed.action, listed.keep = columns, columns, firstRemedy, isKind(kind)
	return kindWords{
		kind:     kind,
		columns:  []column{{title: strings.ToUpper(name), least: 20}, {title: severityTitle}, {title: "RULE", optional: true}},
		cells:    func(g *group) []string { return []string{g.words.name.text, countLetters(g.counts), g.findings[0].ID} },
		note:     checkNote,
		help:     []string{name, "Found", "Wanted"},
		item:     item,
		listings: []listing{listed},
		advice:   remedySentence,
	}
}

func checkKind() kindWords {
	return likeCheck(finding.KindCheck, "Check", "failed check", listing{id: "checks", title: "Failed checks"})
}
