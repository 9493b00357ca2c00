package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
)

// MarkdownBudget is the size in bytes that Markdown keeps to: the 1 MiB of a GitHub step summary, above which GitHub
// drops the whole summary, less some room for what the caller writes beside it.
const MarkdownBudget = 1<<20 - 16<<10

// Markdown writes summary.md: the verdict, a table of the layers, what to upgrade, what has no fix, what is shadowed,
// the warnings and the database. It never exceeds MarkdownBudget: the rows of the least severity are left out, and it
// says how many.
func Markdown(w io.Writer, r *Report) error {
	_, err := io.WriteString(w, markdown(r, MarkdownBudget))
	return err
}

func markdown(r *Report, budget int) string {
	head, foot := markdownVerdict(r), markdownWarnings(r)+markdownCoverage(r)+markdownDatabase(r)
	sections := slices.Concat(markdownLayers(r), markdownFindings(r), markdownPassing(r))
	fit(sections, budget-len(head)-len(foot))
	var b strings.Builder
	b.WriteString(head)
	for i := range sections {
		sections[i].write(&b)
	}
	b.WriteString(foot)
	return b.String()
}

func markdownVerdict(r *Report) string {
	name := markdownCode(r.title(), 300)
	if name == "" {
		name = r.Name()
	}
	s := r.summarize()
	var b strings.Builder
	if s.blocked {
		fmt.Fprintf(&b, "## ⛔ Blocked: %s\n\n**%s.** %s [How to get to green](%s).\n\n", name, s.sentence, s.remedy, gettingToGreen)
	} else {
		fmt.Fprintf(&b, "## ✅ Clean: %s\n\n**%s.**\n\n", name, s.sentence)
	}
	var facts []string
	if digest := r.image().Digest; digest != "" {
		facts = append(facts, markdownCode(digest, 100))
	}
	facts = append(facts, s.holds)
	if s.rest != "" {
		facts = append(facts, s.rest)
	}
	if s.base != "" {
		facts = append(facts, markdownText(s.base, 300))
	}
	if s.change != "" {
		facts = append(facts, markdownText(s.change, 300))
	}
	b.WriteString(strings.Join(facts, " · ") + "\n\n")
	return b.String()
}

// markdownLayers makes one table for each platform.
func markdownLayers(r *Report) []section {
	sections := make([]section, 0, len(r.Platforms))
	for _, p := range r.Platforms {
		s := section{
			title:  "### Layers" + platformTitle(p, len(r.Platforms) > 1),
			header: "| # | Instruction | Size | Packages | Vulnerabilities |\n|--:|---|--:|--:|---|\n",
			noun:   "layer",
		}
		for _, l := range p.Layers {
			s.rows = append(s.rows, layerRow(l))
		}
		sections = append(sections, s)
	}
	if len(sections) > 0 {
		sections[len(sections)-1].tail = legend(r)
	}
	return sections
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

func layerRow(l Layer) row {
	worst := finding.SeverityUnknown
	for _, s := range finding.Severities() {
		if l.Counts.Of(s) > 0 {
			worst = s
			break
		}
	}
	cells := squares(l.Counts)
	if n := l.Shadowed.Total(); n > 0 {
		cells = strings.TrimSpace(fmt.Sprintf("%s +%d shadowed", cells, n))
	}
	made := markdownCode(instruction(l.CreatedBy), 100)
	if l.Location != nil {
		made += " " + markdownPath(fmt.Sprintf("%s:%d", l.Location.File, l.Location.Line), 60)
	}
	if l.Base {
		made += " (base)"
	}
	text := fmt.Sprintf("| %d | %s | %s | %d | %s |\n", l.Index, made, size(cmp.Or(l.Size, l.Unpacked)), l.Packages, orDash(cells))
	return row{text: text, worst: worst, count: 1}
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

// markdownWarnings lists the first hundred warnings.
func markdownWarnings(r *Report) string {
	warnings, rest := firstOf(r.allWarnings(), 100)
	if len(warnings) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("### Warnings\n\n")
	for _, warning := range warnings {
		fmt.Fprintf(&b, "- ⚠️ %s\n", markdownText(warning, 500))
	}
	if rest > 0 {
		fmt.Fprintf(&b, "- … and %d more, in layergate.json\n", rest)
	}
	return b.String() + "\n"
}

func markdownDatabase(r *Report) string {
	line := markdownText(r.policyLine(), 500)
	if r.Database == (Database{}) {
		return fmt.Sprintf("Policy: %s\n", line)
	}
	return fmt.Sprintf("Advisory database: %s · policy: %s\n", markdownText(r.databaseLine(), 400), line)
}

// databaseLine names the database by what tells it from another one, and its age limit.
func (r *Report) databaseLine() string {
	d := r.Database
	s := "built " + d.Built
	if d.Built == "" {
		s = "unknown build time"
	}
	if d.Schema != "" {
		s += ", schema " + d.Schema
	}
	if d.Checksum != "" {
		s += ", " + shortDigest(d.Checksum)
	}
	if d.PinnedBy != "" {
		s += ", pinned by " + d.PinnedBy
	}
	if d.MaxAge == "" {
		return s + ", age limit off"
	}
	return s + ", age limit " + age(d.MaxAge)
}
