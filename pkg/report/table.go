package report

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
)

// The widths of tables that are written to no terminal: into a file or a pipe, and into the log of a CI system, whose page is wider.
const (
	TableWidth = 80
	LogWidth   = 120
)

// TableOptions is how Table writes.
type TableOptions struct {
	Color bool // with terminal colours
	Width int  // columns of the terminal, into which all but addresses, commands and lines to add is fitted; 0 fits nothing
	// Unwrapped leaves each sentence on one line, as the log of a CI system wants it: people search such a log line by line, and
	// its page wraps what is long. Tables are fitted into Width all the same.
	Unwrapped bool
	// Summary is the file that names all steps of the plan, where it names more than the table does; empty for none, and then the
	// table names all.
	Summary string
}

// TerminalText makes text safe for a terminal and for the logs of GitHub Actions and Azure Pipelines, which take
// commands out of lines that start with :: and of ##[ or ##vso[ anywhere.
func TerminalText(s string) string {
	s = printable(s)
	if strings.HasPrefix(s, "::") {
		s = `\` + s
	}
	return withoutHashes(s)
}

// withoutHashes leaves no two number signs beside each other.
func withoutHashes(s string) string {
	for strings.Contains(s, "##") {
		s = strings.ReplaceAll(s, "##", `#\#`)
	}
	return s
}

// Table writes the result for a terminal: the layers, what was found, one row for what is repaired in one go and the blocking
// rows first, and at the end the verdict and what to do.
func Table(w io.Writer, r *Report, opt TableOptions) error {
	b := tableWriter{r: r, width: opt.Width, wrap: opt.Width, painter: painter(opt.Color), summary: opt.Summary}
	if opt.Unwrapped {
		b.wrap = 0
	}
	if len(r.Findings) > 0 {
		b.layers()
		b.findings()
		b.legend()
		b.additions()
		b.passing()
	}
	b.verdict()
	_, err := w.Write(b.Bytes())
	return err
}

// tableWriter gathers the text of a table.
type tableWriter struct {
	bytes.Buffer
	r     *Report
	width int // of tables; 0 for any
	wrap  int // of sentences; 0 for any
	// summary is the file that names all steps; empty for none.
	summary string
	painter
}

// severityTitle is the title of columns that count by severity.
const severityTitle = "SEVERITY"

// countLetters counts by severity, the worst first, in the fewest characters: 1C 2H.
func countLetters(c finding.Counts) string {
	var parts []string
	for _, s := range finding.Severities() {
		if n := c.Of(s); n > 0 {
			parts = append(parts, strconv.Itoa(n)+severityLetter(s))
		}
	}
	return strings.Join(parts, " ")
}

func severityLetter(s finding.Severity) string { return strings.ToUpper(s.String()[:1]) }

// legend says what the letters mean that the tables have.
func (b *tableWriter) legend() {
	var parts []string
	for _, s := range b.r.severities() {
		parts = append(parts, severityLetter(s)+" "+s.String())
	}
	if len(parts) > 0 {
		b.lines(0, strings.Join(parts, ", "))
		b.WriteString("\n")
	}
}

// severities lists those that occur among the findings, the worst first.
func (r *Report) severities() []finding.Severity {
	return slices.DeleteFunc(finding.Severities(), func(s finding.Severity) bool {
		return !slices.ContainsFunc(r.Findings, func(f finding.Finding) bool { return hasSeverity(f) && f.Severity == s })
	})
}

// layers writes one row for each layer that has findings, and counts the others.
func (b *tableWriter) layers() {
	for _, p := range b.r.Platforms {
		columns := []column{{title: "LAYER", right: true}}
		for _, title := range p.sizeTitles() {
			columns = append(columns, column{title: strings.ToUpper(title), right: true, optional: title == storedTitle})
		}
		columns = append(columns, column{title: "PACKAGES", right: true}, column{title: severityTitle}, column{title: "MADE BY", least: 20})
		title := "LAYERS"
		if len(b.r.Platforms) > 1 {
			title += " of " + p.Platform
		}
		if d := distribution(p.Distro); d != "" {
			title += ", " + d
			if p.Distro.EndOfLife {
				title += " (end of life)"
			}
		}
		b.lines(0, title)
		var rows []tableRow
		for _, l := range p.Layers {
			if cells := layerCells(&p, l); cells != nil {
				rows = append(rows, tableRow{cells: cells, worst: worstOf(l.Counts)})
			}
		}
		if len(rows) > 0 {
			b.table(columns, rows)
		}
		if n := len(p.Layers) - len(rows); n > 0 {
			b.lines(2, plural(n, "layer")+" without vulnerabilities")
		}
		b.WriteString("\n")
	}
}

// layerCells are those of a layer, or nil where nothing was found in it.
func layerCells(p *Platform, l Layer) []string {
	counts := countLetters(l.Counts)
	if n := l.Shadowed.Total(); n > 0 {
		counts = strings.TrimSpace(fmt.Sprintf("%s +%d shadowed", counts, n))
	}
	if counts == "" {
		return nil
	}
	made := instruction(l.CreatedBy)
	if l.Location != nil {
		made = lineOf(*l.Location) + " " + made
	}
	cells := append([]string{strconv.Itoa(l.Index)}, p.sizes(l)...)
	return append(cells, strconv.Itoa(l.Packages), counts, made)
}

// worstOf is the worst severity that occurs.
func worstOf(c finding.Counts) finding.Severity {
	for _, s := range finding.Severities() {
		if c.Of(s) > 0 {
			return s
		}
	}
	return finding.SeverityUnknown
}

// passing lists what passes for a time, and why.
func (b *tableWriter) passing() {
	const most = 20
	for _, l := range b.r.passingLists() {
		b.lines(0, strings.ToUpper(l.title))
		shown, rest := firstOf(l.of, most)
		for _, p := range shown {
			b.lines(2, fmt.Sprintf("%s in %s: %s", p.id, p.subject, p.why()))
		}
		if rest > 0 {
			b.lines(2, fmt.Sprintf("… and %d more; layergate.json has all", rest))
		}
		b.WriteString("\n")
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
