package report

import (
	"cmp"
	"slices"

	"github.com/owenrumney/go-sarif/v2/sarif"

	"github.com/layergate/layergate/pkg/finding"
)

// coverage is the wording of a coverage gap.
type coverage struct {
	f finding.Finding
	*finding.Coverage
}

func (c coverage) subject() string { return c.Subject(c.f.Path) }

func (c coverage) place() string { return "" }

func (c coverage) words() words {
	f, amount, title := c.f, coverageAmount(c.Coverage), sarifText(c.f.Title, 300)
	subject := sarifText(cmp.Or(c.subject(), "the image"), 200)
	w := words{
		name:   label{text: f.Title},
		detail: label{text: amount},
		remedy: c.Remedy(),

		subject:  subject,
		headline: "Not judged: " + title,
		more:     "What to do: " + c.Remedy(),
		why:      c.Reason,
		brings:   title,
		also:     "The same place also has",
		affected: shorten(subject, 80),
		unsaid:   title + " in",

		hidden:    f.State == finding.Shadowed,
		rank:      finding.SeverityCritical, // nobody knows what is in it
		precision: "very-high",
		tags:      []string{"coverage", "container"},
	}
	if c.Reason != "" {
		w.more = sarifText(whyNote(c.Reason), 300) + ". " + w.more
	}
	if amount != "" {
		w.headline += " (" + amount + ")"
	}
	return w
}

func (c coverage) properties() sarif.Properties {
	p := withoutEmpty(sarif.Properties{"gap": string(c.Gap), "subject": printable(c.subject())})
	if c.Count > 0 {
		p["count"] = c.Count
	}
	return sarif.Properties{"coverage": p}
}

func (c coverage) logical() (kind, name, qualified string) {
	return "gap", cmp.Or(c.subject(), c.f.Title), string(c.Gap) + "/" + c.subject()
}

func (c coverage) occurrence() (name, value string) { return "howMuch", coverageAmount(c.Coverage) }

// coverageAmount says how much is not judged, or nothing where that is not known.
func coverageAmount(c *finding.Coverage) string {
	switch {
	case c.Count == 0:
		return ""
	case slices.Contains([]finding.Gap{finding.GapUnreadableFile, finding.GapUnreadFormat, finding.GapUnidentified}, c.Gap):
		return plural(c.Count, "file")
	}
	return plural(c.Count, "package")
}

// whyNote introduces the reason for a gap.
func whyNote(reason string) string { return "Why: " + reason }

// coverageNotes say why something was not judged, where that is known, and what to do.
func coverageNotes(g *group) []string {
	if g.words.why == "" {
		return []string{g.words.remedy}
	}
	return []string{shorten(whyNote(g.words.why), 300), g.words.remedy}
}

func coverageKind() kindWords {
	columns := []string{"What", "How much", "What to do", "Severity", "Gap", "Where"}
	return kindWords{
		kind:    finding.KindCoverage,
		columns: []column{{title: "NOT JUDGED", least: 66}, {title: "HOW MUCH"}},
		cells:   func(g *group) []string { return []string{g.words.name.text, g.words.detail.text} },
		notes:   coverageNotes,
		help:    []string{"What", "How much", "What to do"},
		item:    "coverage gap",
		listings: []listing{{
			id: "coverage", title: "Not judged", markdown: columns, html: columns, action: firstRemedy,
			intro: "Layergate could not check these, so a problem in them would go unnoticed.",
			keep:  isKind(finding.KindCoverage),
		}},
		advice: remedySentence,
	}
}
