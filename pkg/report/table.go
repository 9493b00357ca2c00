package report

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/layergate/layergate/pkg/finding"
)

// TableOptions is how Table writes.
type TableOptions struct {
	Color bool // with terminal colours
	Width int  // columns of the terminal; long cells are shortened to fit, 0 leaves them whole
	Limit int  // rows to show at most, the most severe first; 0 shows all
}

// TerminalText makes text safe for a terminal and for the logs of GitHub Actions and Azure Pipelines, which take
// commands out of lines that start with :: and of ##[ or ##vso[ anywhere.
func TerminalText(s string) string {
	s = printable(s)
	if strings.HasPrefix(s, "::") {
		s = `\` + s
	}
	for strings.Contains(s, "##") {
		s = strings.ReplaceAll(s, "##", `#\#`)
	}
	return s
}

// Table writes the result for a terminal: the layers, the findings, the blocking ones first, and at the end the
// verdict.
func Table(w io.Writer, r *Report, opt TableOptions) error {
	var b bytes.Buffer
	p := painter(opt.Color)
	if len(r.Findings) > 0 {
		writeLayers(&b, r, opt)
		writeFindings(&b, r, opt, p)
		writePassing(&b, r)
	}
	writeVerdict(&b, r, p)
	_, err := w.Write(b.Bytes())
	return err
}

// writeLayers writes one line for each layer that has findings, and the rest in one word.
func writeLayers(b *bytes.Buffer, r *Report, opt TableOptions) {
	for _, p := range r.Platforms {
		title := "LAYERS"
		if len(r.Platforms) > 1 {
			title += " of " + TerminalText(p.Platform)
		}
		if d := TerminalText(distribution(p.Distro)); d != "" {
			title += ", " + d
			if p.Distro.EndOfLife {
				title += " (end of life)"
			}
		}
		b.WriteString(title + "\n")
		clean := 0
		for _, l := range p.Layers {
			counts := countWords(l.Counts)
			if n := l.Shadowed.Total(); n > 0 {
				counts = strings.TrimPrefix(fmt.Sprintf("%s, %d shadowed", counts, n), ", ")
			}
			if counts == "" {
				clean++
				continue
			}
			line := fmt.Sprintf("%4d  %8s  %-14s  %s  <- ", l.Index, size(cmp.Or(l.Size, l.Unpacked)), plural(l.Packages, "package"), counts)
			room := 60
			if opt.Width > 0 {
				room = min(room, max(opt.Width-utf8.RuneCountInString(line), 10))
			}
			made := TerminalText(instruction(l.CreatedBy))
			if l.Location != nil {
				made = TerminalText(fmt.Sprintf("%s:%d ", l.Location.File, l.Location.Line)) + " " + made
			}
			b.WriteString(line + shorten(made, room) + "\n")
		}
		if clean > 0 {
			fmt.Fprintf(b, "      %s without findings\n", plural(clean, "layer"))
		}
		b.WriteString("\n")
	}
}

// tableRow is one or more findings that differ in nothing but their platform.
type tableRow struct {
	finding   finding.Finding
	platforms []string
	blocks    bool
}

// tableRows gathers the findings of a kind, those that block first.
func tableRows(r *Report, kind finding.Kind) []tableRow {
	type key struct {
		id, group, path, inside string
		layer                   int
		state                   finding.State
		baseline                finding.BaselineState
		blocks                  bool
	}
	blocking := r.blocking()
	index := map[key]int{}
	var rows []tableRow
	for i, f := range r.Findings {
		if f.Kind != kind {
			continue
		}
		_, blocks := blocking[i]
		k := key{f.ID, groupOf(f), f.Path, placeOf(f), layerOf(f), f.State, f.Baseline, blocks}
		if n, ok := index[k]; ok {
			rows[n].platforms = append(rows[n].platforms, f.Platform)
			continue
		}
		index[k] = len(rows)
		rows = append(rows, tableRow{f, []string{f.Platform}, blocks})
	}
	slices.SortStableFunc(rows, func(a, b tableRow) int { return compareBool(b.blocks, a.blocks) })
	return rows
}

// placeColumns say where a finding is, behind what its kind says of it. The last is the first to be shortened.
func placeColumns(r *Report) []string {
	columns := []string{"LAYER", "PATH"}
	switch {
	case r.Manifests != nil:
		columns = []string{"WHERE"}
	case len(r.Platforms) > 1:
		columns = []string{"LAYER", "PLATFORM", "PATH"}
	}
	if r.Baseline != nil {
		columns = slices.Insert(columns, 0, "CHANGE")
	}
	return columns
}

func (t tableRow) cells(r *Report) []string {
	f := t.finding
	cells := wordingOf(f).row()
	for _, column := range placeColumns(r) {
		switch column {
		case "CHANGE":
			cells = append(cells, baselineWords(f.Baseline))
		case "LAYER":
			layer := ""
			if f.Layer != nil {
				layer = strconv.Itoa(f.Layer.Index)
			}
			cells = append(cells, layer)
		case "PLATFORM":
			platforms := sortedOnce(slices.Clone(t.platforms))
			on := strings.Join(platforms, ",")
			if len(platforms) >= len(r.Platforms) {
				on = "all"
			}
			cells = append(cells, on)
		default:
			cells = append(cells, tablePlace(f))
		}
	}
	for i := range cells {
		if cells[i] = TerminalText(cells[i]); cells[i] == "" {
			cells[i] = "-"
		}
	}
	return cells
}

// tablePlace names a finding's file, the line of a manifest, and what in it.
func tablePlace(f finding.Finding) string {
	place := f.Path
	if l := f.Location; l != nil && l.File == place {
		place = fmt.Sprintf("%s:%d", l.File, l.Line)
	}
	if f.State == finding.Shadowed {
		place = "(shadowed) " + place
	}
	return strings.TrimSpace(place + " " + placeOf(f))
}

// writeFindings writes a table for each kind that was found.
func writeFindings(b *bytes.Buffer, r *Report, opt TableOptions, p painter) {
	room := opt.Limit
	for _, k := range allKinds() {
		rows := tableRows(r, k.kind)
		if len(rows) == 0 {
			continue
		}
		shown := rows
		if opt.Limit > 0 {
			shown = rows[:min(len(rows), room)]
			room -= len(shown)
		}
		writeKind(b, r, k, shown, opt.Width, p)
		if rest := len(rows) - len(shown); rest > 0 {
			fmt.Fprintf(b, "… and %s; layergate.json has all\n", plural(rest, "more row"))
		}
		b.WriteString("\n")
	}
}

func writeKind(b *bytes.Buffer, r *Report, k kindWords, rows []tableRow, width int, p painter) {
	header := append(slices.Clone(k.columns), placeColumns(r)...)
	severity := slices.Index(header, "SEVERITY")
	cells := make([][]string, 0, len(rows))
	for _, row := range rows {
		cells = append(cells, row.cells(r))
	}
	widths := columnWidths(header, cells, width)
	writeRow(b, header, widths, func(_ int, s string) string { return p.bold(s) })
	for i, row := range rows {
		if i > 0 && rows[i-1].blocks && !row.blocks {
			b.WriteString("not blocking:\n")
		}
		writeRow(b, cells[i], widths, func(column int, s string) string {
			if column == severity {
				return p.severity(row.finding.Severity, s)
			}
			return s
		})
	}
}
