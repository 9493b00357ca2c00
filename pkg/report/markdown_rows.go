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
}

// shadowedIntro says what it means that a package is shadowed.
const shadowedIntro = "A later layer removed or replaced these packages: they do not run and do not block, but are still shipped. " +
	"To get rid of them, change the layer that brings them."

// row is one line of a table, its line feed included.
type row struct {
	text  string
	worst finding.Severity
	count int // findings in it
	keep  bool
}

// omissionReserve is more than the line that says what a section left out.
const omissionReserve = 160

// write writes the rows to keep, and nothing for a section that had none to begin with.
func (s *section) write(b *strings.Builder) {
	if len(s.rows) == 0 {
		b.WriteString(s.tail)
		return
	}
	left, count := 0, 0
	b.WriteString(s.title + "\n\n" + s.intro + s.header)
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
			budget -= len(s.title) + len(s.intro) + len(s.header) + omissionReserve
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

// markdownFindings makes the tables of what to upgrade, what has no fix and what is shadowed.
func markdownFindings(r *Report) []section {
	upgrades := section{
		title:  "### What to upgrade",
		header: "| Package | Installed | Upgrade to | Removes | Vulnerabilities | Where |\n|---|---|---|---|---|---|\n",
		noun:   "package",
	}
	platforms := len(r.Platforms)
	for _, g := range r.group(fixable) {
		upgrades.rows = append(upgrades.rows, groupRow(g, upgradeCell(g.upgrade()), platforms))
	}
	unfixed := section{
		title:  "### No fix yet",
		header: "| Package | Installed | Advisory says | Severity | Vulnerabilities | Where |\n|---|---|---|---|---|---|\n",
		noun:   "package",
	}
	for _, g := range r.group(unfixable) {
		unfixed.rows = append(unfixed.rows, groupRow(g, stateCell(g), platforms))
	}
	hidden := section{
		title:  "### Shadowed",
		intro:  shadowedIntro + "\n\n",
		header: "| Package | Version | Fixed in | Severity | Vulnerabilities | Where |\n|---|---|---|---|---|---|\n",
		noun:   "package",
		late:   true,
	}
	for _, g := range r.group(shadowed) {
		hidden.rows = append(hidden.rows, groupRow(g, upgradeCell(upgrade{versions: g.upgrade().versions}), platforms))
	}
	return []section{upgrades, unfixed, hidden}
}

func groupRow(g group, action string, platforms int) row {
	counts := squares(g.counts)
	if !g.blocks && g.findings[0].State != finding.Shadowed {
		counts += " does not block"
	}
	text := fmt.Sprintf("| %s | %s | %s | %s | %s | %s |\n",
		orDash(markdownCode(g.pkg.Name, 80)), orDash(markdownCode(g.pkg.Version, 50)), action, counts, idCell(g.findings), placeCell(g.places, platforms))
	return row{text: text, worst: g.worst(), count: len(g.findings)}
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

func upgradeCell(u upgrade) string {
	versions, rest := firstOf(u.versions, 5)
	cells := make([]string, 0, len(versions))
	for _, v := range versions {
		cells = append(cells, markdownCode(v, 50))
	}
	s := joinOr(cells, rest)
	switch {
	case len(cells) == 0:
		return "–"
	case u.sure:
		return "**" + s + "**"
	default:
		return s
	}
}

// stateCell says what the advisories know instead of a fix.
func stateCell(g group) string {
	var words []string
	for _, f := range g.findings {
		word := "fix unknown"
		switch f.Fix.State {
		case finding.FixFixed:
			word = earlierWords
		case finding.FixWontFix:
			word = "will not be fixed"
		case finding.FixNone:
			word = "not fixed yet"
		}
		if !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	slices.Sort(words)
	return strings.Join(words, ", ")
}

// idCell links the first ten vulnerabilities.
func idCell(findings []finding.Finding) string {
	shown := findings[:min(len(findings), 10)]
	cells := make([]string, 0, len(shown)+1)
	for _, f := range shown {
		cells = append(cells, markdownLink(f.ID, f.URLs))
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
	s := fmt.Sprintf("layer %d", p.layer)
	if len(p.platforms) < all {
		platforms, rest := firstOf(p.platforms, 4)
		names := make([]string, 0, len(platforms))
		for _, name := range platforms {
			names = append(names, markdownText(name, 40))
		}
		s += " on " + strings.Join(names, ", ")
		if rest > 0 {
			s += fmt.Sprintf(" and %d more", rest)
		}
	}
	if p.location != nil {
		s += ", " + markdownPath(fmt.Sprintf("%s:%d", p.location.File, p.location.Line), 60)
	}
	if path := markdownPath(p.path, 60); path != "" {
		s += ", " + path
	}
	return s
}
