package textfile

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

const (
	neighbours = 2   // lines that an excerpt shows before and behind the one that is wrong
	width      = 100 // characters of a line that it shows
)

// Excerpt shows a line with its neighbours and their numbers, several lines of text, and a mark below the column. Of lines
// that are long, it shows the part around the column.
func Excerpt(text []byte, line, column int) string {
	from := 0
	if column > width {
		from = column - width/2
	}
	var b strings.Builder
	number := 0
	for part := range strings.Lines(string(text) + "\n") {
		number++
		if number < line-neighbours {
			continue
		}
		if number > line+neighbours {
			break
		}
		mark := " "
		if number == line {
			mark = ">"
		}
		shown := window(strings.TrimRight(part, "\r\n"), from)
		fmt.Fprintf(&b, "%s %4d | %s\n", mark, number, shown)
		if number == line {
			fmt.Fprintf(&b, "       | %s^\n", strings.Repeat(" ", min(max(column-1-from, 0), utf8.RuneCountInString(shown))))
		}
	}
	return b.String()
}

// window is a part of a line, with an ellipsis in place of its first and last character where something is left out there.
func window(line string, from int) string {
	out := make([]rune, 0, width)
	at := 0
	for _, r := range line {
		switch {
		case at < from:
		case at == from && from > 0:
			out = append(out, '…')
		case len(out) == width:
			out[width-1] = '…'
			return string(out)
		default:
			out = append(out, r)
		}
		at++
	}
	return string(out)
}
