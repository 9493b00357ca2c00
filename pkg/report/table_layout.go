package report

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/layergate/layergate/pkg/finding"
)

// columnWidths fits the columns to their cells. Where a width is given, the last column gives way first, then the
// widest.
func columnWidths(header []string, rows [][]string, width int) []int {
	const gap, least = 2, 9
	widths := make([]int, len(header))
	total := gap * (len(header) - 1)
	for i, h := range header {
		widths[i] = utf8.RuneCountInString(h)
		for _, row := range rows {
			widths[i] = max(widths[i], utf8.RuneCountInString(row[i]))
		}
		total += widths[i]
	}
	if width <= 0 {
		return widths
	}
	last := len(widths) - 1
	if over := total - width; over > 0 {
		give := min(over, max(widths[last]-4*least, 0))
		widths[last] -= give
		total -= give
	}
	for total > width {
		widest := slices.Index(widths, slices.Max(widths))
		if widths[widest] <= least {
			break
		}
		widths[widest]--
		total--
	}
	return widths
}

// writeRow pads each cell but the last; paint gets the padded cell.
func writeRow(b *bytes.Buffer, cells []string, widths []int, paint func(column int, cell string) string) {
	for i, cell := range cells {
		if i == len(cells)-1 {
			b.WriteString(paint(i, shortenPath(cell, widths[i])))
			break
		}
		cell = shorten(cell, widths[i])
		b.WriteString(paint(i, cell))
		b.WriteString(strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+2))
	}
	b.WriteString("\n")
}

// writeVerdict writes the block that a reader sees last.
func writeVerdict(b *bytes.Buffer, r *Report, p painter) {
	name := orImage(TerminalText(r.title()))
	if d := TerminalText(r.image().Digest); d != "" && !strings.Contains(name, "@") {
		name += "@" + d
	}
	word := p.paint("1;32", "CLEAN")
	s := r.summarize()
	if s.blocked {
		word = p.paint("1;31", "BLOCKED")
	}
	fmt.Fprintf(b, "%s  %s\n", word, name)
	green := ""
	if s.blocked {
		green = "How to get to green: " + gettingToGreen
	}
	for _, line := range []string{s.sentence, s.remedy, green, s.rest, s.base, s.change} {
		if line != "" {
			fmt.Fprintf(b, "  %s\n", line)
		}
	}
	for _, of := range r.Platforms {
		line := of.Coverage.sentence()
		if len(r.Platforms) > 1 {
			line = of.Platform + ": " + line
		}
		fmt.Fprintf(b, "  %s\n", TerminalText(line))
	}
	for _, warning := range r.allWarnings() {
		fmt.Fprintf(b, "  %s %s\n", p.paint("33", "warning:"), TerminalText(warning))
	}
	if r.Database != (Database{}) {
		fmt.Fprintf(b, "  database %s; policy: %s\n", TerminalText(r.databaseLine()), TerminalText(r.policyLine()))
	} else {
		fmt.Fprintf(b, "  policy: %s\n", TerminalText(r.policyLine()))
	}
}

// painter writes with terminal colours or without.
type painter bool

func (p painter) paint(code, s string) string {
	if !p || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (p painter) bold(s string) string { return p.paint("1", s) }

func (p painter) severity(s finding.Severity, text string) string {
	switch s {
	case finding.SeverityCritical:
		return p.paint("1;31", text)
	case finding.SeverityHigh:
		return p.paint("31", text)
	case finding.SeverityMedium:
		return p.paint("33", text)
	case finding.SeverityLow:
		return p.paint("34", text)
	default:
		return text
	}
}

// tablePassing is how many findings of a list that pass for a time the table names.
const tablePassing = 20

// writePassing lists what passes for a time, and why.
func writePassing(b *bytes.Buffer, r *Report) {
	for _, l := range r.passingLists() {
		b.WriteString(strings.ToUpper(l.title) + "\n")
		shown, rest := firstOf(l.of, tablePassing)
		for _, p := range shown {
			fmt.Fprintf(b, "  %s in %s: %s\n", TerminalText(p.id), TerminalText(p.subject), TerminalText(p.why()))
		}
		if rest > 0 {
			fmt.Fprintf(b, "  … and %d more; layergate.json has all\n", rest)
		}
		b.WriteString("\n")
	}
}
