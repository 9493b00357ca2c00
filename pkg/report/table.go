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

// terminalText makes text safe for a terminal and for the logs of GitHub Actions and Azure Pipelines, which take
// commands out of lines that start with :: and of ##[ or ##vso[ anywhere.
func terminalText(s string) string {
	s = printable(s)
	if strings.HasPrefix(s, "::") {
		s = `\` + s
	}
	for strings.Contains(s, "##") {
		s = strings.ReplaceAll(s, "##", `#\#`)
	}
	return s
}

// Table writes the result for a terminal: the layers, the findings, the blocking ones first, and at the end the verdict.
func Table(w io.Writer, r *Report, opt TableOptions) error {
	var b bytes.Buffer
	p := painter(opt.Color)
	if len(r.Findings) > 0 {
		writeLayers(&b, r, opt)
		writeFindings(&b, r, opt, p)
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
			title += " of " + terminalText(p.Platform)
		}
		if d := terminalText(distribution(p.Distro)); d != "" {
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
			made := terminalText(instruction(l.CreatedBy))
			if l.Location != nil {
				made = terminalText(fmt.Sprintf("%s:%d ", l.Location.File, l.Location.Line)) + " " + made
			}
			b.WriteString(line + shorten(made, room) + "\n")
		}
		if clean > 0 {
			fmt.Fprintf(b, "      %s without findings\n", plural(clean, "layer"))
		}
		b.WriteString("\n")
	}
}

// columns of the findings' table; the last is the first to be shortened.
func columns(r *Report) []string {
	c := []string{"PACKAGE", "INSTALLED", "FIXED IN", "TYPE", "VULNERABILITY", "SEVERITY", "LAYER", "PATH"}
	if len(r.Platforms) > 1 {
		c = slices.Insert(c, 7, "PLATFORM")
	}
	return c
}

// tableRow is one or more findings that differ in nothing but their platform.
type tableRow struct {
	finding   finding.Finding
	platforms []string
	blocks    bool
}

func tableRows(r *Report) []tableRow {
	type key struct {
		id, kind, name, version, path string
		layer                         int
		state                         finding.State
		blocks                        bool
	}
	blocking := r.blocking()
	index := map[key]int{}
	var rows []tableRow
	for i, f := range r.Findings {
		_, blocks := blocking[i]
		k := key{f.ID, f.Package.Type, f.Package.Name, f.Package.Version, f.Package.Path, f.Layer.Index, f.State, blocks}
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

func (t tableRow) cells(r *Report) []string {
	f := t.finding
	fixed := strings.Join(fixedIn(f), ", ")
	if fixed == "" {
		fixed = map[finding.FixState]string{finding.FixFixed: "later version", finding.FixWontFix: "won't fix"}[f.Fix.State]
	}
	if earlierOnly(f) {
		fixed = "earlier version"
	}
	path := f.Package.Path
	if f.State == finding.Shadowed {
		path = "(shadowed) " + path
	}
	cells := []string{f.Package.Name, f.Package.Version, cmp.Or(fixed, "-"), f.Package.Type, f.ID, f.Severity.String(), strconv.Itoa(f.Layer.Index), path}
	if len(r.Platforms) > 1 {
		on := "all"
		platforms := slices.Compact(slices.Sorted(slices.Values(t.platforms)))
		if len(platforms) < len(r.Platforms) {
			on = strings.Join(platforms, ",")
		}
		cells = slices.Insert(cells, 7, on)
	}
	for i := range cells {
		if cells[i] = terminalText(cells[i]); cells[i] == "" {
			cells[i] = "-"
		}
	}
	return cells
}

func writeFindings(b *bytes.Buffer, r *Report, opt TableOptions, p painter) {
	rows := tableRows(r)
	shown := rows
	if opt.Limit > 0 && len(rows) > opt.Limit {
		shown = rows[:opt.Limit]
	}
	header := columns(r)
	cells := make([][]string, 0, len(shown))
	for _, row := range shown {
		cells = append(cells, row.cells(r))
	}
	widths := columnWidths(header, cells, opt.Width)
	writeRow(b, header, widths, func(_ int, s string) string { return p.bold(s) })
	for i, row := range shown {
		if i > 0 && shown[i-1].blocks && !row.blocks {
			b.WriteString("not blocking:\n")
		}
		writeRow(b, cells[i], widths, func(column int, s string) string {
			if column == 5 {
				return p.severity(row.finding.Severity, s)
			}
			return s
		})
	}
	if rest := len(rows) - len(shown); rest > 0 {
		fmt.Fprintf(b, "… and %s; layergate.json has all\n", plural(rest, "more row"))
	}
	b.WriteString("\n")
}
