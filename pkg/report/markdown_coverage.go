package report

import (
	"fmt"
	"strings"
)

// maxCoverageRows bounds the rows of each table about what was looked at.
const maxCoverageRows = 12

// markdownCoverage says what was looked at, behind what has to be done.
func markdownCoverage(r *Report) string {
	if len(r.Platforms) == 0 {
		return ""
	}
	var b strings.Builder
	platforms, rest := firstOf(r.Platforms, 4)
	for _, p := range platforms {
		if len(r.Platforms) > 1 {
			fmt.Fprintf(&b, "**%s**\n\n", markdownText(p.Platform, 60))
		}
		writeCoverage(&b, p.Coverage)
	}
	if rest > 0 {
		fmt.Fprintf(&b, "%s in `layergate.json`.\n\n", plural(rest, "more platform"))
	}
	return b.String()
}

func writeCoverage(b *strings.Builder, c Coverage) {
	if rows, rest := firstOf(c.LookedUp, maxCoverageRows); len(rows) > 0 {
		b.WriteString(markdownHeader([]string{"Packages", "Number", "Found in", "Advisories in the database"}))
		for _, l := range rows {
			fmt.Fprintf(b, "| %s | %d | %s | %s |\n", markdownText(l.name(), 80), l.Packages, plural(l.Files, "file"), markdownText(l.advisories(), 60))
		}
		b.WriteString("\n" + moreRows(rest))
	}
	fmt.Fprintf(b, "%s.\n\n", upperFirst(c.filesSentence()))
	if rows, rest := firstOf(c.Executables.Largest, maxCoverageRows); len(rows) > 0 {
		b.WriteString(markdownHeader([]string{"Executable that no package has", "Size", "Layer"}))
		for _, e := range rows {
			fmt.Fprintf(b, "| %s | %s | %d |\n", markdownPath(e.Path, 100), size(e.Size), e.Layer)
		}
		b.WriteString("\n" + moreRows(rest))
	}
	if rows, rest := firstOf(c.Unread, maxCoverageRows); len(rows) > 0 {
		b.WriteString(markdownHeader([]string{"Not read", "Layer", "Why"}))
		for _, u := range rows {
			fmt.Fprintf(b, "| %s | %d | %s |\n", markdownPath(u.Path, 100), u.Layer, orDash(markdownText(u.Reason, 200)))
		}
		b.WriteString("\n" + moreRows(rest))
	}
}

// moreRows says how many rows were left out.
func moreRows(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%s in `layergate.json`.\n\n", plural(n, "more row"))
}
