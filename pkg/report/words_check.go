package report

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/owenrumney/go-sarif/v2/sarif"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/regex"
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
	for _, part := range []string{c.Resource, c.container(), c.field()} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ", ")
}

// container names the container, unless the resource is a service of Compose, which is one.
func (c check) container() string {
	if c.Container == "" || c.Resource == serviceOfCompose+c.Container {
		return ""
	}
	return "container " + c.Container
}

// serviceOfCompose is how the resource begins that is a service of Compose or Swarm.
const serviceOfCompose = "service/"

// stageNumber is how the field of a line of the Dockerfile begins where its stage has no name.
var stageNumber = regex.New(`^\d+: `)

// field names the field as a reader of the file knows it: below the service that is the resource, and without the number of a
// stage of the Dockerfile.
func (c check) field() string {
	if name, ok := strings.CutPrefix(c.Resource, serviceOfCompose); ok {
		return strings.TrimPrefix(c.Field, "services."+name+".")
	}
	if c.Resource == "" {
		return stageNumber.ReplaceAllString(c.Field, "")
	}
	return c.Field
}

// owner names what has the field: the container of a resource, the resource, or else the place.
func (c check) owner() string {
	switch {
	case c.Resource != "" && c.container() != "":
		return c.container() + " of " + c.Resource
	case c.Resource != "":
		return c.Resource
	}
	return c.place()
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
		affected: shorten(sarifText(cmp.Or(c.owner(), f.Path, "the image"), 200), 80),
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

// checkNotes say what is wrong, what was found in what of the first file, and what is wanted.
func checkNotes(g *group) []string {
	found, saw := "found", g.words.detail.text
	if in := g.first().inside; in != "" {
		found += " in " + in
	}
	if saw != g.words.name.text {
		found += ": " + orDash(saw)
	}
	return []string{g.words.name.text, found, "wanted: " + orDash(g.words.remedy)}
}

// helpPlace says where a check failed: the rule's title has said what has the problem.
func helpPlace(a alert) string {
	f := a.first
	return orDash(placeText(place{layer: -1, path: f.Path, inside: placeOf(f), location: f.Location}, 0))
}

// likeCheck has the words of a kind of findings that are described as failed checks are: name is its singular, listing says
// where it is listed.
func likeCheck(kind finding.Kind, name, item string, listed listing) kindWords {
	columns := []string{name, "Found", "Wanted", "Severity", "Rule", "Where"}
	listed.markdown, listed.html, listed.action, listed.keep = columns, columns, firstRemedy, isKind(kind)
	return kindWords{
		kind:     kind,
		columns:  []column{{title: strings.ToUpper(name), least: 12}, {title: severityTitle}},
		cells:    func(g *group) []string { return []string{g.findings[0].ID, countLetters(g.counts)} },
		notes:    checkNotes,
		help:     []string{"Where", "Found", "Wanted"},
		helpName: helpPlace,
		item:     item,
		listings: []listing{listed},
		advice:   remedySentence,
	}
}

func checkKind() kindWords {
	return likeCheck(finding.KindCheck, "Check", "failed check", listing{id: "checks", title: "Failed checks"})
}
