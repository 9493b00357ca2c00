package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

// addition is text to add to a manifest, once for all findings that ask for it.
type addition struct {
	where    string // such as: below deploy/web.yaml:17
	text     string // as finding.Check.Add has it
	at       finding.Location
	findings []finding.Finding // the first of each rule
	count    int               // of all findings
	worst    finding.Severity
	blocks   bool // at least one of the findings blocks
	recent   bool // at least one of them is new with the change, or newly known
}

// additions lists what is to be added to the manifests, first what removes something that blocks, then by file and line. What is
// accepted in writing asks for nothing.
func (r *Report) additions() []addition {
	type key struct {
		at   finding.Location
		text string
	}
	blocking, accepted := r.blocking(), r.withEffect(policy.Waived)
	index := map[key]int{}
	var out []addition
	for i, f := range r.Findings {
		if _, ok := accepted[i]; ok || f.Check == nil || f.Check.Add == "" {
			continue
		}
		k := key{placeToAdd(f), f.Check.Add}
		n, ok := index[k]
		if !ok {
			n = len(out)
			index[k] = n
			out = append(out, addition{where: whereToAdd(f), text: f.Check.Add, at: k.at})
		}
		a := &out[n]
		if !slices.ContainsFunc(a.findings, func(o finding.Finding) bool { return o.ID == f.ID }) {
			a.findings = append(a.findings, f)
		}
		_, blocks := blocking[i]
		a.count, a.worst = a.count+1, max(a.worst, f.Severity)
		a.blocks, a.recent = a.blocks || blocks, a.recent || isNew(f)
	}
	slices.SortFunc(out, func(a, b addition) int {
		return cmp.Or(
			compareBool(b.blocks, a.blocks), strings.Compare(a.at.File, b.at.File), cmp.Compare(a.at.Line, b.at.Line), cmp.Compare(a.at.Column, b.at.Column),
			strings.Compare(a.text, b.text),
		)
	})
	return out
}

// placeToAdd is the place that the lines of a finding are added to; its line is 0 where only the file is known.
func placeToAdd(f finding.Finding) finding.Location {
	if f.Location != nil {
		return *f.Location
	}
	return finding.Location{File: f.Path}
}

// whereToAdd says where the lines of a finding are to be added.
func whereToAdd(f finding.Finding) string {
	at := placeToAdd(f)
	switch {
	case at.Line == 0:
		return "in " + at.File
	case strings.HasSuffix(f.Check.Add, "\n"): // whole lines, as workload.Place.Add writes them
		return "below " + lineOf(at)
	}
	return fmt.Sprintf("in %s, before column %d", lineOf(at), at.Column)
}

// rules names the rules that ask for the addition.
func (a addition) rules() []string {
	var out []string
	for _, f := range a.findings {
		out = append(out, f.ID)
	}
	return out
}

// additionsTitle is the title of the list of additions.
const additionsTitle = "Lines to add to the manifests"

// markdownAdditions shows what to add to the manifests.
func markdownAdditions(r *Report) []section {
	s := section{fold: additionsTitle, noun: "addition"}
	for _, a := range r.additions() {
		s.rows = append(s.rows, row{text: a.markdown(), worst: a.worst, count: a.count})
	}
	if len(s.rows) == 0 {
		return nil
	}
	return []section{s}
}

func (a addition) markdown() string {
	var rules []string
	for _, f := range a.findings {
		rules = append(rules, markdownLink(f.ID, f.URLs))
	}
	does := ""
	if !a.blocks {
		does = ", which does not block"
	}
	return fmt.Sprintf("%s, for %s%s:\n\n%s\n", markdownText(upperFirst(a.where), 300), joinAnd(rules), does, markdownFence(a.text, "yaml"))
}

// additions lists what to add to the manifests. Its lines are whole, to be copied.
func (b *tableWriter) additions() {
	const most = 20
	shown, rest := firstOf(b.r.additions(), most)
	if len(shown) == 0 {
		return
	}
	b.lines(0, strings.ToUpper(additionsTitle))
	for _, a := range shown {
		b.lines(2, fmt.Sprintf("%s, for %s:", a.where, joinAnd(a.rules())))
		for _, line := range codeLines(a.text) {
			b.WriteString("  | " + withoutHashes(line) + "\n")
		}
	}
	if rest > 0 {
		b.lines(2, fmt.Sprintf("… and %d more; layergate.json has all", rest))
	}
	b.WriteString("\n")
}

// addText is what a single finding says to add, in lines; empty for nothing.
func addText(f finding.Finding) string {
	if f.Check == nil || f.Check.Add == "" {
		return ""
	}
	return fmt.Sprintf("Add %s:\n%s", printable(whereToAdd(f)), strings.Join(codeLines(f.Check.Add), "\n"))
}
