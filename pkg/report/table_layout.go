package report

import (
	"slices"
	"strings"

	"github.com/clipperhouse/displaywidth"
)

// column is one of the terminal's table.
type column struct {
	title    string
	least    int  // columns of the terminal down to which it may be cut; 0 means that it is not, as long as there is another way
	names    bool // says which thing a row is about: other columns are cut further before it is
	right    bool // aligned to the right
	start    bool // cut at its start, because a path's end says more
	optional bool // left out where there is no room
}

// Cells are at least minCell columns of the terminal wide, and gap lies between them.
const (
	minCell = 6
	gap     = 2
)

// table writes rows below their titles, and the title of a section before the first row of it. Where there is no room for that, rows
// are folded.
func (b *tableWriter) table(columns []column, rows []tableRow) {
	rows = slices.Clone(rows)
	for i := range rows {
		rows[i].cells = slices.Clone(rows[i].cells)
		for j, cell := range rows[i].cells {
			if rows[i].cells[j] = TerminalText(cell); rows[i].cells[j] == "" {
				rows[i].cells[j] = "-"
			}
		}
	}
	fold := folds(columns, rows, b.width)
	widths := columnWidths(columns, rows, b.width)
	titles := make([]string, 0, len(columns))
	for _, c := range columns {
		titles = append(titles, c.title)
	}
	if !fold {
		b.row(columns, widths, titles, func(_ int, cell string) string { return b.bold(cell) })
	}
	section := ""
	for _, row := range rows {
		if row.section != section {
			section = row.section
			b.WriteString(section + ":\n")
		}
		if fold {
			b.folded(columns, row.cells)
		} else {
			b.row(columns, widths, row.cells, func(i int, cell string) string {
				if columns[i].title == severityTitle {
					return b.severity(row.worst, cell)
				}
				return cell
			})
		}
		if row.note != "" {
			b.lines(4, row.note)
		}
		if row.add != "" {
			b.lines(4, "add:")
			for _, line := range codeLines(row.add) {
				line = "    | " + withoutHashes(line)
				if b.width > 0 {
					line = cutEnd(line, b.width)
				}
				b.WriteString(line + "\n")
			}
		}
	}
}

// row writes the cells of the columns that have a width.
func (b *tableWriter) row(columns []column, widths []int, cells []string, paint func(column int, cell string) string) {
	var line strings.Builder
	pending := 0 // spaces before the next cell, which the last one has none of
	for i, cell := range cells {
		if widths[i] == 0 {
			continue
		}
		cut := cutEnd
		if columns[i].start {
			cut = cutStart
		}
		cell = cut(cell, widths[i])
		free := widths[i] - displaywidth.String(cell)
		if columns[i].right {
			pending, free = pending+free, 0
		}
		line.WriteString(strings.Repeat(" ", pending) + paint(i, cell))
		pending = free + gap
	}
	b.WriteString(line.String() + "\n")
}

// columnWidths fits the columns to their cells and into a width. Where that is too little, optional columns are left out, with
// a width of 0, the first before others; then the last column gives way, then the widest.
func columnWidths(columns []column, rows []tableRow, width int) []int {
	widths, least := make([]int, len(columns)), make([]int, len(columns))
	for i, c := range columns {
		widths[i] = naturalWidth(c, rows, i)
		least[i] = widths[i]
		if c.least > 0 {
			least[i] = min(widths[i], max(c.least, c.fileNames(rows, i)))
		}
	}
	if width <= 0 {
		return widths
	}
	for i, c := range columns {
		if c.optional && total(least) > width {
			widths[i], least[i] = 0, 0
		}
	}
	last := len(widths) - 1
	if widths[last] > 0 {
		widths[last] = max(least[last], widths[last]-max(total(widths)-width, 0))
	}
	shrink(widths, least, width)
	for _, all := range []bool{false, true} {
		for i, c := range columns {
			if all || c.least > 0 && !c.names {
				least[i] = min(widths[i], minCell)
			}
		}
		shrink(widths, least, width)
	}
	return widths
}

// maxFileName is how many columns of the terminal are kept for the name of a file.
const maxFileName = 32

// fileNames is how wide a column is that shows of each path at least its last element; 0 for a column that is not cut at its
// start.
func (c column) fileNames(rows []tableRow, i int) int {
	least := 0
	for _, row := range rows {
		name := row.cells[i]
		if slash := strings.LastIndexByte(name, '/'); slash > 0 {
			name = "…" + name[slash:]
		}
		if c.start {
			least = max(least, displaywidth.String(name))
		}
	}
	return min(least, maxFileName)
}

// total is the width of a row.
func total(widths []int) int {
	sum := -gap
	for _, w := range widths {
		if w > 0 {
			sum += w + gap
		}
	}
	return sum
}

// shrink takes from the widest column that is above its least, until a row fits.
func shrink(widths, least []int, width int) {
	for over := total(widths) - width; over > 0; over-- {
		widest := -1
		for i := range widths {
			if widths[i] > least[i] && (widest < 0 || widths[i] > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			return
		}
		widths[widest]--
	}
}

// cutEnd cuts s at its end to n columns of a terminal, the ellipsis included.
func cutEnd(s string, n int) string {
	if displaywidth.String(s) <= n {
		return s
	}
	return displaywidth.TruncateString(s, n, "…")
}

// cutStart cuts s at its start.
func cutStart(s string, n int) string {
	if displaywidth.String(s) <= n {
		return s
	}
	var parts []string // the characters as a reader sees them
	for g := displaywidth.StringGraphemes(s); g.Next(); {
		parts = append(parts, g.Value())
	}
	room, from := n-1, len(parts)
	for from > 0 && displaywidth.String(parts[from-1]) <= room {
		from--
		room -= displaywidth.String(parts[from])
	}
	return "…" + strings.Join(parts[from:], "")
}

// lines writes text, with an indent, on as many lines as it takes, or on one where sentences are not wrapped. A word that is wider than the room has a line of its own.
func (b *tableWriter) lines(indent int, text string) { b.hanging(indent, indent, text) }

// hanging writes text as lines does, its first line with an indent of its own.
func (b *tableWriter) hanging(first, indent int, text string) {
	margin := strings.Repeat(" ", indent)
	line, used := strings.Repeat(" ", first), first
	empty := true
	for word := range strings.FieldsSeq(TerminalText(text)) {
		w := displaywidth.String(word)
		if !empty && b.wrap > 0 && used+1+w > b.wrap {
			b.WriteString(line + "\n")
			line, used, empty = margin, indent, true
			word = TerminalText(word) // now at the start of a line
			w = displaywidth.String(word)
		}
		if !empty {
			line += " "
			used++
		}
		line += word
		used, empty = used+w, false
	}
	if !empty {
		b.WriteString(line + "\n")
	}
}
