package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
)

// MarkdownBudget is the size in bytes that Markdown keeps to: the 1 MiB of a GitHub step summary, above which GitHub
// drops the whole summary, less some room for what the caller writes beside it.
const MarkdownBudget = 1<<20 - 16<<10

// Markdown writes summary.md. What a reader needs first fits on a screen: the verdict, what to do, the layers that have
// findings, and what needs attention. Below, everything is folded away. It never exceeds MarkdownBudget: the rows of the
// least severity are left out, and it says how many.
func Markdown(w io.Writer, r *Report) error {
	_, err := io.WriteString(w, markdown(r, MarkdownBudget))
	return err
}

func markdown(r *Report, budget int) string {
	head := markdownVerdict(r) + markdownRemedies(r)
	foot := markdownWarnings(r) + markdownDatabase(r)
	layers, coverage := markdownLayers(r), fold("What was looked at", markdownCoverage(r))
	folded := slices.Concat(markdownSteps(r), markdownAdditions(r), markdownFindings(r), markdownPassing(r))
	sections := slices.Concat(layers, folded)
	fit(sections, budget-len(head)-len(foot)-len(coverage))
	var b strings.Builder
	b.WriteString(head)
	writeSections(&b, sections[:len(layers)])
	b.WriteString(foot)
	writeSections(&b, sections[len(layers):])
	b.WriteString(coverage)
	return b.String()
}

// fold puts content below a line that opens it; GitHub and Azure Pipelines both show it so. The line is in our own words.
func fold(line, content string) string {
	if content == "" {
		return ""
	}
	return foldStart(line) + content + foldEnd
}

func foldStart(line string) string { return "<details><summary>" + line + "</summary>\n\n" }

const foldEnd = "</details>\n\n"

func markdownVerdict(r *Report) string {
	name := markdownCode(r.title(), 300)
	if name == "" {
		name = r.Name()
	}
	s := r.summarize()
	title := "✅ Clean"
	if s.blocked {
		title = "⛔ Blocked"
	}
	facts := []string{"**" + s.sentence + ".**"}
	for _, fact := range []string{s.database, s.rest, s.change, s.base} {
		if fact != "" {
			facts = append(facts, markdownText(fact, 300))
		}
	}
	var what []string
	if digest := r.image().Digest; digest != "" {
		what = append(what, markdownCode(digest, 100))
	}
	if !strings.Contains(s.sentence, s.holds) { // where nothing was found it says so itself
		what = append(what, s.holds)
	}
	text := fmt.Sprintf("## %s: %s\n\n%s\n\n", title, name, strings.Join(facts, " · "))
	if len(what) > 0 {
		text += strings.Join(what, " · ") + "\n\n"
	}
	return text
}

func platformTitle(p Platform, several bool) string {
	var parts []string
	if several {
		parts = append(parts, markdownCode(p.Platform, 60))
	}
	if d := distribution(p.Distro); d != "" {
		d = markdownText(d, 80)
		if p.Distro.EndOfLife {
			d += " ⚠️ end of life"
		}
		parts = append(parts, d)
	}
	if len(parts) == 0 {
		return ""
	}
	return ": " + strings.Join(parts, ", ")
}

// distribution is the name to show, or "" where none was recognised.
func distribution(d Distribution) string {
	if d.Name != "" {
		return d.Name
	}
	return strings.TrimSpace(d.ID + " " + d.Version)
}

// squares shows counts as a registry's tag page does: a coloured square and a number for each severity that occurs.
func squares(c finding.Counts) string {
	var parts []string
	for _, s := range finding.Severities() {
		if n := c.Of(s); n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", square(s), n))
		}
	}
	return strings.Join(parts, " ")
}

func square(s finding.Severity) string {
	switch s {
	case finding.SeverityCritical:
		return "🟥"
	case finding.SeverityHigh:
		return "🟧"
	case finding.SeverityMedium:
		return "🟨"
	case finding.SeverityLow:
		return "🟦"
	case finding.SeverityNegligible:
		return "⬜"
	default:
		return "⬛"
	}
}

// legend explains the squares that the report uses.
func legend(r *Report) string {
	c := finding.Count(slices.DeleteFunc(slices.Clone(r.Findings), func(f finding.Finding) bool { return !hasSeverity(f) }))
	var parts []string
	for _, s := range finding.Severities() {
		if c.Of(s) > 0 {
			parts = append(parts, square(s)+" "+s.String())
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, " ") + "\n\n"
}

// markdownWarnings lists the first warnings, and folds the next ones.
func markdownWarnings(r *Report) string {
	const shown, most = 5, 100
	var lines []string
	warnings, rest := firstOf(r.allWarnings(), most)
	for _, warning := range warnings {
		lines = append(lines, "- ⚠️ "+markdownText(warning, 500)+"\n")
	}
	if len(lines) == 0 {
		return ""
	}
	first, more := firstOf(lines, shown)
	text := "### Needs attention\n\n" + strings.Join(first, "") + "\n"
	if more > 0 {
		folded := strings.Join(lines[shown:], "")
		if rest > 0 {
			folded += fmt.Sprintf("- … and %d more, in layergate.json\n", rest)
		}
		text += fold(plural(more+rest, "more warning"), folded+"\n")
	}
	return text
}

func markdownDatabase(r *Report) string {
	line := markdownText(r.policyLine(), 500)
	if !r.Database.asked() {
		return fmt.Sprintf("Policy: %s\n\n", line)
	}
	return fmt.Sprintf("Advisory database: %s · policy: %s\n\n", markdownText(r.databaseLine(), 400), line)
}
