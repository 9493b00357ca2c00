package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/remedy"
)

// markdownLayers makes a table of the layers that have findings for each platform: that which has most is shown, and the
// others are folded.
func markdownLayers(r *Report) []section {
	shown := 0
	for i := range r.Platforms {
		if r.Platforms[i].found() > r.Platforms[shown].found() {
			shown = i
		}
	}
	var open, folded []section
	for i := range r.Platforms {
		s := layerSection(&r.Platforms[i], len(r.Platforms) > 1)
		if i == shown {
			open = append(open, s)
			continue
		}
		s.fold = "Layers of " + plural(len(r.Platforms)-1, "more platform")
		folded = append(folded, s)
	}
	return append(open, folded...)
}

// found counts what was found in the layers of a platform.
func (p *Platform) found() int {
	n := 0
	for _, l := range p.Layers {
		n += l.Counts.Total() + l.Shadowed.Total()
	}
	return n
}

func layerSection(p *Platform, several bool) section {
	s := section{
		title:  "### Layers" + platformTitle(*p, several),
		header: layerHeader(p),
		noun:   "layer",
	}
	most := 0
	for _, l := range p.Layers {
		most = max(most, l.Counts.Total())
	}
	for _, l := range p.Layers {
		if l.Counts.Total()+l.Shadowed.Total() > 0 {
			s.rows = append(s.rows, layerRow(p, l, most))
		}
	}
	if clean := len(p.Layers) - len(s.rows); clean > 0 && len(s.rows) > 0 {
		s.tail = plural(clean, "layer") + " without vulnerabilities.\n\n"
	}
	return s
}

func layerHeader(p *Platform) string {
	sizes := p.sizeTitles()
	return "| # | Made by | " + strings.Join(sizes, " | ") + " | Packages | Vulnerabilities |\n|--:|---|" + strings.Repeat("--:|", len(sizes)+1) + "---|\n"
}

// layerRow is the row of a layer, most being the number of vulnerabilities in the layer that has most.
func layerRow(p *Platform, l Layer, most int) row {
	cells := strings.TrimSpace(bar(l.Counts, most) + " " + countWords(l.Counts))
	if n := l.Shadowed.Total(); n > 0 {
		cells = strings.TrimPrefix(fmt.Sprintf("%s, %d shadowed", cells, n), ", ")
	}
	made := markdownCode(instruction(l.CreatedBy), 60)
	if l.Location != nil {
		made += " " + markdownPath(lineOf(*l.Location), 60)
	}
	if l.Base {
		made += " (base)"
	}
	sizes := strings.ReplaceAll(strings.Join(p.sizes(l), "|"), " ", "&nbsp;") // which a narrow table does not break
	text := fmt.Sprintf("| %d | %s | %s | %d | %s |\n", l.Index, made, strings.ReplaceAll(sizes, "|", " | "), l.Packages, orDash(cells))
	return row{text: text, worst: worstOf(l.Counts), count: 1}
}

// barLength is how many squares the longest bar has, where there are more vulnerabilities than that.
const barLength = 10

// bar draws counts as coloured squares, at least one for each severity that occurs.
func bar(c finding.Counts, most int) string {
	var b strings.Builder
	for _, s := range finding.Severities() {
		n := c.Of(s)
		if most > barLength && n > 0 {
			n = max(1, n*barLength/most)
		}
		b.WriteString(strings.Repeat(square(s), n))
	}
	return b.String()
}

// markdownRemedies says what to do first.
func markdownRemedies(r *Report) string {
	s, p := r.summarize(), r.Remedies
	if !s.blocked {
		return ""
	}
	var b strings.Builder
	b.WriteString("### What to do first\n\n")
	steps, rest := firstOf(p.Steps, firstSteps)
	writeSteps(&b, steps)
	if rest > 0 {
		fmt.Fprintf(&b, "%s below. ", plural(rest, "more step"))
	}
	if remains := remainingSentence(p.Remaining); remains != "" {
		b.WriteString(remains + " ")
	}
	return b.String() + "[How to get to green](" + gettingToGreen + ").\n\n"
}

// writeSteps numbers some steps, with their commands, and ends the list.
func writeSteps(b *strings.Builder, steps []remedy.Step) {
	for i, step := range steps {
		fmt.Fprintf(b, "%d. **%s**", i+1, markdownText(stepTitle(step), 300))
		if step.Location != nil {
			b.WriteString(" " + stepPreposition(step) + " " + markdownPath(lineOf(*step.Location), 80))
		}
		b.WriteString(" " + markdownText(stepEffect(step), 300))
		if step.Note != "" {
			b.WriteString("; " + markdownText(step.Note, 300))
		}
		for _, line := range stepCode(step) {
			b.WriteString("  \n   " + markdownCode(line, 500))
		}
		b.WriteString("\n")
	}
	if len(steps) > 0 {
		b.WriteString("\n")
	}
}

// markdownSteps makes the tables of all steps, where not all are told above, and of the commands that accept what remains.
func markdownSteps(r *Report) []section {
	p := r.Remedies
	var sections []section
	if len(p.Steps) > firstSteps {
		s := section{fold: "All steps", header: markdownHeader([]string{"Step", "Line", "Effect", "Command", "Note"}), noun: "step"}
		for _, step := range p.Steps {
			line := ""
			if step.Location != nil {
				line = markdownPath(lineOf(*step.Location), 80)
			}
			var code []string
			for _, line := range stepCode(step) {
				code = append(code, markdownCode(line, 500))
			}
			text := fmt.Sprintf("| %s | %s | %s | %s | %s |\n", markdownText(stepTitle(step), 300), orDash(line), markdownText(stepEffect(step), 300),
				orDash(strings.Join(code, "<br>")), orDash(markdownText(step.Note, 300)))
			s.rows = append(s.rows, row{text: text, worst: worstOf(step.Removes.Severities), count: step.Removes.Count})
		}
		sections = append(sections, s)
	}
	if len(p.Remaining.Commands) > 0 {
		s := section{fold: "Accept in writing what nobody can remove", header: markdownHeader([]string{"Command"}), noun: "command", late: true}
		for _, command := range p.Remaining.Commands {
			s.rows = append(s.rows, row{text: "| " + markdownCode(command, 500) + " |\n", count: 1})
		}
		sections = append(sections, s)
	}
	return slices.Clip(sections)
}
