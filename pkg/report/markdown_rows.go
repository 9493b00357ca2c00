package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
)

// section is a table with its title, of which rows can be left out one by one.
type section struct {
	title, intro string
	header       string
	rows         []row
	tail         string
	noun         string // what a row is, for saying how many were left out
	late         bool   // takes what the other sections leave
	fold         string // the line that opens it and its neighbours with the same one; empty for what is not folded
}

// row is one line of a table, its line feed included.
type row struct {
	text  string
	worst finding.Severity
	count int // findings in it
	keep  bool
}

// omissionReserve is more than the line that says what a section left out.
const omissionReserve = 160

// writeSections writes sections, neighbours with the same fold below one line.
func writeSections(b *strings.Builder, sections []section) {
	open := ""
	for i := range sections {
		if s := &sections[i]; s.fold != open && !s.empty() {
			if open != "" {
				b.WriteString(foldEnd)
			}
			if open = s.fold; open != "" {
				b.WriteString(foldStart(open))
			}
		}
		sections[i].write(b)
	}
	if open != "" {
		b.WriteString(foldEnd)
	}
}

// empty tells whether a section writes nothing.
func (s *section) empty() bool { return len(s.rows) == 0 && s.tail == "" }

// write writes the rows to keep, and nothing for a section that had none to begin with.
func (s *section) write(b *strings.Builder) {
	if len(s.rows) == 0 {
		b.WriteString(s.tail)
		return
	}
	left, count := 0, 0
	if s.title != "" {
		b.WriteString(s.title + "\n\n")
	}
	b.WriteString(s.intro + s.header)
	for _, r := range s.rows {
		if r.keep {
			b.WriteString(r.text)
			continue
		}
		left++
		count += r.count
	}
	b.WriteString("\n")
	if left > 0 {
		fmt.Fprintf(b, "%s left out to keep within the size of a step summary", plural(left, s.noun))
		if s.noun != "layer" {
			fmt.Fprintf(b, " (%s)", plural(count, "finding"))
		}
		b.WriteString("; `layergate.json` has everything.\n\n")
	}
	b.WriteString(s.tail)
}

// fit marks the rows to keep so that the sections take no more than budget bytes: the most severe first, and of equal
// ones those of the earlier section.
func fit(sections []section, budget int) {
	type ref struct{ section, row int }
	var order []ref
	for i, s := range sections {
		if len(s.rows) > 0 {
			budget -= len(s.title) + len(s.intro) + len(s.header) + len(foldStart(s.fold)+foldEnd) + omissionReserve
		}
		budget -= len(s.tail)
		for j := range s.rows {
			order = append(order, ref{i, j})
		}
	}
	slices.SortStableFunc(order, func(a, b ref) int {
		sa, sb := sections[a.section], sections[b.section]
		if sa.late != sb.late {
			if sa.late {
				return 1
			}
			return -1
		}
		return cmp.Compare(sb.rows[b.row].worst, sa.rows[a.row].worst)
	})
	for _, o := range order {
		r := &sections[o.section].rows[o.row]
		if budget -= len(r.text); budget < 0 {
			return
		}
		r.keep = true
	}
}

// markdownFindings makes the tables of what was found.
func markdownFindings(r *Report) []section {
	var sections []section
	line := "What was found"
	for _, k := range allKinds() {
		for _, l := range k.listings {
			s := section{fold: line, title: "### " + l.title, header: markdownHeader(l.markdown), noun: k.item, late: l.late}
			if l.intro != "" {
				s.intro = l.intro + "\n\n"
			}
			for _, g := range r.listed(l) {
				s.rows = append(s.rows, groupRow(g, actionCell(l.action(&g)), len(r.Platforms)))
			}
			sections = append(sections, s)
		}
	}
	if tail := legend(r); tail != "" {
		sections = append(sections, section{fold: line, tail: tail})
	}
	return sections
}

// markdownPassing makes the tables of what passes for a time.
func markdownPassing(r *Report) []section {
	var sections []section
	for _, l := range r.passingLists() {
		s := section{fold: "What passes, and why", title: "### " + l.title, header: markdownHeader([]string{"Finding", "In", "Why it passes"}), noun: "finding", late: true}
		for _, p := range l.of {
			text := fmt.Sprintf("| %s | %s | %s |\n", markdownCode(p.id, 80), markdownText(p.subject, 160), markdownText(p.why(), 500))
			s.rows = append(s.rows, row{text: text, worst: p.severity, count: 1})
		}
		sections = append(sections, s)
	}
	return sections
}

func markdownHeader(columns []string) string {
	return "| " + strings.Join(columns, " | ") + " |\n" + strings.Repeat("|---", len(columns)) + "|\n"
}

func groupRow(g group, action string, platforms int) row {
	counts := squares(g.counts)
	if g.passes() {
		counts = strings.TrimSpace(counts + " does not block")
	}
	text := fmt.Sprintf("| %s | %s | %s | %s | %s | %s |\n",
		labelCell(g.words.name, 80), labelCell(g.words.detail, 50), action, orDash(counts), idCell(g.findings), orDash(placeCell(g.places, platforms)))
	return row{text: text, worst: g.rank(), count: len(g.findings)}
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// labelCell writes an identifier as code, cut to n characters, and a sentence as text, which may be longer.
func labelCell(l label, n int) string {
	if l.code {
		return orDash(markdownCode(l.text, n))
	}
	return orDash(markdownText(l.text, 3*n))
}

func actionCell(a action) string {
	versions, rest := firstOf(a.versions, 5)
	cells := make([]string, 0, len(versions))
	for _, v := range versions {
		cells = append(cells, markdownCode(v, 50))
	}
	switch s := joinOr(cells, rest); {
	case len(cells) == 0:
		return orDash(markdownText(a.text, 300))
	case a.sure:
		return "**" + s + "**"
	default:
		return s
	}
}

// idCell links the first ten vulnerabilities.
func idCell(findings []finding.Finding) string {
	shown := findings[:min(len(findings), 10)]
	cells := make([]string, 0, len(shown)+1)
	for _, f := range shown {
		cell := markdownLink(f.ID, f.URLs)
		if f.Baseline != "" {
			cell += " (" + baselineWords(f.Baseline) + ")"
		}
		cells = append(cells, cell)
	}
	if rest := len(findings) - len(shown); rest > 0 {
		cells = append(cells, fmt.Sprintf("%d more", rest))
	}
	return strings.Join(cells, ", ")
}

// placeCell names the first three places, with the platforms of those that not all have.
func placeCell(places []place, all int) string {
	shown := places[:min(len(places), 3)]
	cells := make([]string, 0, len(shown)+1)
	for _, p := range shown {
		cells = append(cells, placeText(p, all))
	}
	if rest := len(places) - len(shown); rest > 0 {
		cells = append(cells, plural(rest, "more place"))
	}
	return strings.Join(cells, "; ")
}

func placeText(p place, all int) string {
	var parts []string
	if p.layer >= 0 {
		parts = append(parts, fmt.Sprintf("layer %d", p.layer)+onPlatforms(p.platforms, all))
	} else if on := strings.TrimPrefix(onPlatforms(p.platforms, all), " "); on != "" {
		parts = append(parts, on)
	}
	if p.location != nil {
		parts = append(parts, markdownPath(fmt.Sprintf("%s:%d", p.location.File, p.location.Line), 60))
	}
	if p.path != "" && (p.location == nil || p.location.File != p.path) {
		parts = append(parts, markdownPath(p.path, 60))
	}
	if p.inside != "" {
		parts = append(parts, markdownCode(p.inside, 120))
	}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ", ")
}

// onPlatforms names the platforms, unless they are all.
func onPlatforms(of []string, all int) string {
	if len(of) == 0 || len(of) >= all {
		return ""
	}
	platforms, rest := firstOf(of, 4)
	names := make([]string, 0, len(platforms))
	for _, name := range platforms {
		names = append(names, markdownText(name, 40))
	}
	s := " on " + strings.Join(names, ", ")
	if rest > 0 {
		s += fmt.Sprintf(" and %d more", rest)
	}
	return s
}
