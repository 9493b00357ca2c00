package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
)

// tableRow is a row of the terminal's table. Its texts are not yet escaped.
type tableRow struct {
	cells   []string
	section string           // its title, empty for the first
	note    string           // below it, empty for nothing
	add     string           // lines to add to a manifest, below the note
	worst   finding.Severity // that colors the count by severity
}

// findings writes a table for each kind that was found, what is repaired in one go on one row.
func (b *tableWriter) findings() {
	for _, k := range allKinds() {
		// What no longer runs has a row of its own: it does not block, and another layer has to change.
		visible := b.r.group(func(f finding.Finding) bool { return f.Kind == k.kind && f.State != finding.Shadowed })
		hidden := b.r.group(func(f finding.Finding) bool { return f.Kind == k.kind && f.State == finding.Shadowed })
		groups := slices.Concat(visible, hidden)
		if len(groups) == 0 {
			continue
		}
		slices.SortStableFunc(groups, func(x, y group) int { return compareBool(y.blocks, x.blocks) })
		columns := append(slices.Clone(k.columns), b.r.placeColumns(groups)...)
		rows := make([]tableRow, 0, len(groups))
		for _, g := range groups {
			row := tableRow{cells: slices.Concat(k.cells(&g), b.r.placeCells(columns, &g)), worst: g.rank(), section: sectionOf(&g, groups[0].blocks)}
			if k.note != nil {
				row.note = k.note(&g)
			}
			if c := g.findings[0].Check; c != nil {
				row.add = c.Add
			}
			rows = append(rows, row)
		}
		b.table(columns, rows)
		b.WriteString("\n")
	}
}

// sectionOf is the section of a group's row. That all rows of a table pass is told by the verdict.
func sectionOf(g *group, someBlock bool) string {
	passes := someBlock && !g.blocks
	switch {
	case g.words.hidden && passes:
		return "shadowed, not blocking"
	case g.words.hidden:
		return "shadowed"
	case passes:
		return "not blocking"
	}
	return ""
}

// The titles of the columns that say where something is.
const (
	columnChange   = "CHANGE"
	columnLayer    = "LAYER"
	columnPlatform = "PLATFORM"
	columnWhere    = "WHERE"
)

// placeColumns say where groups are, behind what their kind says of them.
func (r *Report) placeColumns(groups []group) []column {
	var columns []column
	if r.Baseline != nil {
		columns = append(columns, column{title: columnChange})
	}
	if slices.ContainsFunc(groups, func(g group) bool { return len(g.platforms()) < len(r.Platforms) }) {
		columns = append(columns, column{title: columnPlatform, least: 11, optional: true})
	}
	if !r.onlyManifests() {
		columns = append(columns, column{title: columnLayer, right: true})
	}
	kind := groups[0].findings[0].Kind
	return append(columns, column{title: columnWhere, least: 12, start: true, names: true, optional: kind == finding.KindCoverage})
}

func (r *Report) placeCells(columns []column, g *group) []string {
	var cells []string
	for _, c := range columns {
		switch c.title {
		case columnChange:
			cells = append(cells, changeCell(g))
		case columnLayer:
			cells = append(cells, layersCell(g))
		case columnPlatform:
			on := strings.Join(g.platforms(), ",")
			if len(g.platforms()) >= len(r.Platforms) {
				on = "all"
			}
			cells = append(cells, on)
		case columnWhere:
			cells = append(cells, whereCell(g))
		}
	}
	return cells
}

// changeCell says how the group compares with the baseline: as its most recent finding.
func changeCell(g *group) string {
	var state finding.BaselineState
	for _, f := range g.findings {
		state = moreRecent(state, f.Baseline)
	}
	if state == finding.BaselineNew {
		return "new"
	}
	return baselineWords(state)
}

// layersCell lists the first layers that have the group.
func layersCell(g *group) string {
	var layers []string
	for _, p := range g.places {
		if s := strconv.Itoa(p.layer); p.layer >= 0 && !slices.Contains(layers, s) {
			layers = append(layers, s)
		}
	}
	shown, rest := firstOf(layers, 2)
	cell := strings.Join(shown, ",")
	if rest > 0 {
		cell += ",…"
	}
	return cell
}

// platforms lists those that have the group, sorted.
func (g *group) platforms() []string {
	var out []string
	for _, p := range g.places {
		out = append(out, p.platforms...)
	}
	return sortedOnce(out)
}

// whereCell names the first place, the line to edit before a path in the image, and counts the others.
func whereCell(g *group) string {
	p := g.first()
	cell := p.path
	if p.location != nil {
		cell = lineOf(*p.location)
	}
	if more := len(g.places) - 1; more > 0 {
		cell += fmt.Sprintf(" +%d", more)
	}
	return cell
}

// lineOf names a line of the project.
func lineOf(l finding.Location) string { return fmt.Sprintf("%s:%d", l.File, l.Line) }
