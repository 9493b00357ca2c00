package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

// htmlTable lists what is repaired in one go, with what was found there.
type htmlTable struct {
	ID, Title, Intro string
	Columns          []string // what, detail, action, severities, findings, places
	Rows             []htmlRow
}

// maxRows is how many rows of a table are unfolded: a browser takes long for thousands, and a reader never ends.
const maxRows = 200

// First are the rows that are unfolded.
func (t htmlTable) First() []htmlRow { return t.Rows[:min(len(t.Rows), maxRows)] }

// Rest are the others.
func (t htmlTable) Rest() []htmlRow { return t.Rows[len(t.First()):] }

// htmlRow is a group of findings.
type htmlRow struct {
	ID           string // of the element, for links
	Name, Detail htmlLabel
	Type, Action string
	Upgrade      bool // Action names versions
	Passes       bool // the policy lets it pass
	Counts       []htmlCount
	Findings     []htmlFinding
	Places       []htmlPlace
	Additions    []htmlAddition // to manifests
	More         int            // how many additions are left out
	About        string         // what else the search finds the row by: instructions of the Dockerfile and the base image
}

// Worst is the severity that the row is marked with.
func (r htmlRow) Worst() string {
	if len(r.Counts) == 0 {
		return "none"
	}
	return r.Counts[0].Severity
}

// htmlFinding is a finding of a row, with what the filters know it by.
type htmlFinding struct {
	ID, Address, Summary, Fix, Baseline string
	Why                                 string // it is there, where that is known
	Aliases                             string // other names of the advisory
	Severity                            string // empty for what has none
	Effect                              string // in words; empty for one that blocks
	Items                               []*htmlItem
}

// htmlAddition is text to add to a manifest, and where.
type htmlAddition struct{ Where, Text string }

// maxAliases is how many other names of an advisory are shown.
const maxAliases = 5

// maxAdditions is how many additions of a row are shown.
const maxAdditions = 20

// htmlPlace is where findings of a row are.
type htmlPlace struct {
	Parts     []htmlLabel
	layer     int // -1 for none
	platforms []string
}

// htmlTables lists the findings that are on the page, a table for each thing that can be done about them.
func (r *Report) htmlTables() []htmlTable {
	var out []htmlTable
	rows, numbers, shown := 0, map[finding.Item]int{}, r.onPage()
	for _, k := range allKinds() {
		for _, l := range k.listings {
			t := htmlTable{ID: l.id, Title: l.title, Intro: l.intro, Columns: l.html}
			for _, g := range r.groupAt(func(i int) bool { return shown(i) && l.keep(r.Findings[i]) }) {
				rows++
				row := r.htmlRow(&g, l.action(&g), numbers)
				row.ID = fmt.Sprintf("group-%d", rows)
				t.Rows = append(t.Rows, row)
			}
			if len(t.Rows) > 0 {
				out = append(out, t)
			}
		}
	}
	return out
}

// htmlRow lists a group of findings. It goes on with the numbers of items that rows before it gave.
func (r *Report) htmlRow(g *group, do action, numbers map[finding.Item]int) htmlRow {
	row := htmlRow{Name: htmlLabelOf(g.words.name), Detail: htmlLabelOf(g.words.detail), Type: printable(g.words.kind), Counts: htmlCounts(g.counts), Passes: g.passes()}
	versions, rest := firstOf(printableList(do.versions), 5)
	row.Action, row.Upgrade = joinOr(versions, rest), len(versions) > 0
	if !row.Upgrade {
		row.Action = orDash(printable(do.text))
	}
	known := r.htmlItems(g, numbers)
	for _, f := range g.findings {
		w := wordsOf(f)
		of := htmlFinding{
			ID: orDash(printable(f.ID)), Address: webAddress(f.URLs), Summary: printable(f.Summary), Why: printable(w.why),
			Fix: printable(w.remedy), Baseline: baselineWords(f.Baseline), Items: known[f.ID],
		}
		if f.Vulnerability != nil {
			shown, _ := firstOf(f.Vulnerability.Aliases, maxAliases)
			of.Aliases = printable(strings.Join(shown, ", "))
		}
		if hasSeverity(f) {
			of.Severity = f.Severity.String()
		}
		if e := strictest(known[f.ID]); e != policy.Blocks {
			of.Effect = effectWords(e)
		}
		row.Findings = append(row.Findings, of)
	}
	row.Additions, row.More = firstOf(r.htmlAdditions(g), maxAdditions)
	row.About = r.htmlAbout(g)
	for _, p := range g.places {
		row.Places = append(row.Places, htmlPlaceOf(p, len(r.Platforms)))
	}
	return row
}

// htmlAdditions are those that findings of a group ask for, each once.
func (r *Report) htmlAdditions(g *group) []htmlAddition {
	var out []htmlAddition
	seen := map[htmlAddition]bool{}
	for _, i := range g.members {
		f := r.Findings[i]
		if f.Check == nil || f.Check.Add == "" {
			continue
		}
		a := htmlAddition{printable(whereToAdd(f)), strings.Join(codeLines(f.Check.Add), "\n")}
		if !seen[a] {
			seen[a] = true
			out = append(out, a)
		}
	}
	return out
}

// htmlAbout names the instructions that brought a group and, where one is the base image's, that.
func (r *Report) htmlAbout(g *group) string {
	var out []string
	add := func(text string) {
		if text = shorten(printable(text), 300); text != "" && !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	for _, i := range g.members {
		l := r.Findings[i].Layer
		if l == nil || len(out) > maxAdditions {
			continue
		}
		if l.CreatedBy != "" {
			add(instruction(l.CreatedBy))
		}
		if base := r.image().Base; l.Base && base != nil {
			add(base.Name)
		}
	}
	return strings.Join(out, "\n")
}

// effect is what the policy makes of a finding.
func (r *Report) effect(i int) policy.Effect {
	if i < len(r.Verdict.Decisions) {
		return r.Verdict.Decisions[i].Effect
	}
	return policy.Blocks // nobody let it pass
}

// effectWords says what became of a finding that does not block.
func effectWords(e policy.Effect) string {
	switch e {
	case policy.Waived:
		return "accepted"
	case policy.Tolerated:
		return "does not block"
	case policy.Reported:
		return "for information"
	}
	return "blocks"
}

// htmlPlaceOf names a place, with its platforms where not all have it.
func htmlPlaceOf(p place, platforms int) htmlPlace {
	var layer, on, path string
	if p.layer >= 0 {
		layer = fmt.Sprintf("layer %d", p.layer)
	}
	if len(p.platforms) > 0 && len(p.platforms) < platforms {
		on = " on " + printable(joinAnd(p.platforms))
	}
	if p.location == nil || p.location.File != p.path {
		path = p.path
	}
	parts := []htmlLabel{{strings.TrimSpace(layer + on), false}, {placeWords(p.location), true}, {printable(path), true}, {printable(p.inside), true}}
	return htmlPlace{
		Parts: slices.DeleteFunc(parts, func(l htmlLabel) bool { return l.Text == "" }),
		layer: p.layer, platforms: p.platforms,
	}
}
