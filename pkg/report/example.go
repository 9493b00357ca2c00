package report

import (
	"fmt"
	"strings"

	"github.com/layergate/layergate/pkg/safetext"
)

// maxExampleLines is how many lines of an example, or of lines to add, reports show.
const maxExampleLines = 60

// codeLines splits text into lines that may be shown: with their indentation, without characters that have no glyph.
func codeLines(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		if len(out) == maxExampleLines {
			return append(out, "…")
		}
		line = strings.ReplaceAll(strings.TrimRight(line, "\r\n"), "\t", "    ")
		out = append(out, shorten(safetext.Escape(line), 300))
	}
	return out
}

// markdownFence writes text as a code block that it cannot leave.
func markdownFence(text, language string) string {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	language = strings.Map(func(r rune) rune {
		if r < 'a' || r > 'z' {
			return -1
		}
		return r
	}, language)
	return fmt.Sprintf("%s%s\n%s\n%s\n", fence, language, strings.Join(codeLines(text), "\n"), fence)
}

// helpOfRule describes a rule for the help of a SARIF report: why it is there, how to keep it, and who else asks for it.
func helpOfRule(r Rule) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n**Remedy**: %s\n", markdownText(r.Why, 600), markdownText(upperFirst(strings.TrimSuffix(r.Remedy, "."))+".", 600))
	if r.Example != "" {
		b.WriteString("\n" + markdownFence(r.Example, r.Language))
	}
	var names []string
	for _, ref := range r.References {
		names = append(names, markdownLink(ref.Name, []string{ref.URL}))
	}
	if len(names) > 0 {
		b.WriteString("\nSee also: " + strings.Join(names, ", ") + ".\n")
	}
	return b.String() + "\n"
}
