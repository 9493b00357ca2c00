package report

import (
	"strings"

	"github.com/clipperhouse/displaywidth"
)

// readable is how many columns of the terminal a cell keeps before the table is folded instead of cut further.
const readable = 10

// folds tells whether a width is too little for a table: also without its optional columns, a name would be cut to less than its least
// width, or another cell to less than half of that and to fewer columns than can be read.
func folds(columns []column, rows []tableRow, width int) bool {
	if width <= 0 {
		return false
	}
	widths := make([]int, len(columns))
	for i, c := range columns {
		least := c.least
		if !c.names {
			least /= 2
		}
		if !c.optional {
			widths[i] = min(naturalWidth(c, rows, i), max(least, readable))
		}
	}
	return total(widths) > width
}

// naturalWidth is how wide a column is that is not cut.
func naturalWidth(c column, rows []tableRow, i int) int {
	width := displaywidth.String(c.title)
	for _, row := range rows {
		width = max(width, displaywidth.String(row.cells[i]))
	}
	return width
}

// folded writes a row below each other instead of beside each other: what it is about, and then every cell behind its title, as many as
// fit on a line. Nothing is cut or left out.
func (b *tableWriter) folded(columns []column, cells []string) {
	if columns[0].right { // a number says nothing without its title
		b.lines(0, columns[0].title+" "+cells[0])
	} else {
		b.lines(0, cells[0])
	}
	line := ""
	for i, cell := range cells[1:] {
		pair := columns[i+1].title + " " + cell
		if line != "" && displaywidth.String(line+", "+pair) > b.width-2 {
			b.hanging(2, 4, line)
			line = ""
		}
		line = strings.TrimPrefix(line+", "+pair, ", ")
	}
	b.hanging(2, 4, line)
}
