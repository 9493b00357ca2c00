package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/owenrumney/go-sarif/v2/sarif"

	"github.com/layergate/layergate/pkg/finding"
)

// The lengths, in characters, and numbers that GitHub code scanning reads or that a reader does.
const (
	sarifTitle       = 160
	sarifDescription = 1024
	sarifTags        = 10
	sarifHelpRows    = 20
)

// ruleID is the vulnerability's identifier.
func ruleID(f finding.Finding) string {
	if id := sarifText(f.ID, 200); id != "" {
		return id
	}
	return "unidentified"
}

// sarifRules makes one rule for each vulnerability, check or gap, in the order of the alerts, and tells the index of each.
func sarifRules(r *Report, alerts []alert) ([]*sarif.ReportingDescriptor, map[string]int) {
	index := map[string]int{}
	var members [][]alert
	for _, a := range alerts {
		id := ruleID(a.first)
		n, ok := index[id]
		if !ok {
			n = len(members)
			index[id] = n
			members = append(members, nil)
		}
		members[n] = append(members[n], a)
	}
	rules := make([]*sarif.ReportingDescriptor, 0, len(members))
	for _, m := range members {
		rules = append(rules, sarifRule(r, m))
	}
	return rules, index
}

func sarifRule(r *Report, alerts []alert) *sarif.ReportingDescriptor {
	f, w := alerts[0].first, alerts[0].words
	id := ruleID(f)
	affected := someOf(affectedNames(alerts), 5)
	about := strings.TrimSuffix(sarifText(f.Summary, 600), ".")
	full := about + ". Affects " + affected + "."
	described, known := r.rule(f.ID)
	if known {
		about = strings.TrimSuffix(sarifText(described.Title, 600), ".")
		full = about + ". " + sarifText(described.Why, 600) + " Affects " + affected + "."
	}
	if about == "" {
		about = w.unsaid + " " + affected
		full = about + "."
	}
	if len(w.aliases) > 0 {
		full += " Also known as " + sarifText(strings.Join(w.aliases, ", "), 200) + "."
	}
	rule := sarif.NewRule(id).
		WithShortDescription(sarif.NewMultiformatMessageString(shorten(id+": "+about, sarifTitle))).
		WithFullDescription(sarif.NewMultiformatMessageString(shorten(full, sarifDescription))).
		WithTextHelp(helpText(id, full, alerts)).
		WithMarkdownHelp(helpMarkdown(id, about, described, alerts)).
		WithDefaultConfiguration(sarif.NewReportingConfiguration().WithLevel(string(loudest(alerts))))
	if name := sarifText(described.Name, 200); name != "" {
		rule.WithName(name)
	}
	if address := webAddress(f.URLs); address != "" {
		rule.WithHelpURI(address)
	}
	properties := sarif.Properties{"precision": w.precision, "tags": ruleTags(alerts)}
	if s := securitySeverity(alerts); s != "" {
		properties["security-severity"] = s
	}
	return rule.WithProperties(properties)
}

// affectedNames lists what has the problem, each once.
func affectedNames(alerts []alert) []string {
	var names []string
	for _, a := range alerts {
		if name := a.words.affected; !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

func someOf(words []string, n int) string {
	shown, rest := firstOf(words, n)
	if rest > 0 {
		return strings.Join(shown, ", ") + fmt.Sprintf(" and %d more", rest)
	}
	return joinAnd(shown)
}

// securitySeverity is the number that code scanning turns back into a word: the highest CVSS score of the rule's
// findings, else one from the middle of the severity's range. A 9.0 of a critical advisory becomes 9.1, because code
// scanning calls critical only what is above 9.0. It is empty where the severity is unknown and where the package is
// shadowed everywhere: code scanning would fail a pull request for what does not run and does not block.
func securitySeverity(alerts []alert) string {
	score, worst, visible := 0.0, finding.SeverityUnknown, false
	for _, a := range alerts {
		for i, f := range a.findings {
			w := a.each[i]
			if w.hidden {
				continue
			}
			visible = true
			worst = max(worst, f.Severity)
			if w.cvss > 0 && w.cvss <= 10 {
				score = max(score, math.Round(w.cvss*10)/10)
			}
		}
	}
	switch {
	case !visible:
		return ""
	case score == 9 && worst == finding.SeverityCritical:
		return "9.1"
	case score > 0:
		return strconv.FormatFloat(max(score, 0.1), 'f', 1, 64)
	}
	switch worst {
	case finding.SeverityCritical:
		return "9.5"
	case finding.SeverityHigh:
		return "8.0"
	case finding.SeverityMedium:
		return "5.5"
	case finding.SeverityLow:
		return "2.0"
	case finding.SeverityNegligible:
		return "0.1"
	default:
		return ""
	}
}

func ruleTags(alerts []alert) []string {
	tags := []string{"security"}
	hidden := true
	for _, a := range alerts {
		hidden = hidden && a.words.hidden
		for _, t := range a.words.tags {
			if t = sarifText(t, 40); t != "" && !slices.Contains(tags, t) && len(tags) < sarifTags-1 {
				tags = append(tags, t)
			}
		}
	}
	if hidden {
		tags = append(tags, string(finding.Shadowed))
	}
	return tags
}

func helpText(id, full string, alerts []alert) string {
	var b strings.Builder
	b.WriteString(id + ": " + full + "\n")
	for _, a := range alerts[:min(len(alerts), sarifHelpRows)] {
		where := ""
		if l := a.first.Location; l != nil && a.first.Check != nil {
			where = " (" + sarifText(lineOf(*l), 200) + ")"
		}
		if a.first.Layer != nil {
			where += fmt.Sprintf(" in layer %d", a.first.Layer.Index)
			if state := stateWord(a.first.State); state != "" {
				where += ", " + state
			}
		}
		fmt.Fprintf(&b, "\n%s%s: %s.", a.words.subject, where, sarifText(a.words.remedy, 200))
	}
	if rest := len(alerts) - sarifHelpRows; rest > 0 {
		fmt.Fprintf(&b, "\n%d more.", rest)
	}
	if address := webAddress(alerts[0].first.URLs); address != "" {
		b.WriteString("\n\n" + address)
	}
	for _, a := range additionsOf(alerts) {
		fmt.Fprintf(&b, "\n\n%s", addText(a.first))
	}
	return b.String()
}

// additionsOf are those alerts in the table of a rule's help that say what to add to a manifest, each text once.
func additionsOf(alerts []alert) []alert {
	var out []alert
	seen := map[string]bool{}
	for _, a := range alerts[:min(len(alerts), sarifHelpRows)] {
		if text := addText(a.first); text != "" && !seen[text] {
			seen[text] = true
			out = append(out, a)
		}
	}
	return out
}

func helpMarkdown(id, about string, described Rule, alerts []alert) string {
	f, w := alerts[0].first, alerts[0].words
	var b strings.Builder
	fmt.Fprintf(&b, "**%s**: %s\n\n", markdownLink(id, f.URLs), markdownText(about, 600))
	if described.ID != "" {
		b.WriteString(helpOfRule(described))
	}
	fmt.Fprintf(&b, "| %s | Layer | State |\n|---|---|---|--:|---|\n", strings.Join(kindOf(f).help, " | "))
	for _, a := range alerts[:min(len(alerts), sarifHelpRows)] {
		layer := ""
		if a.first.Layer != nil {
			layer = strconv.Itoa(a.first.Layer.Index)
		}
		name := labelCell(a.words.name, 80)
		if of := kindOf(f).helpName; of != nil {
			name = of(a)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", name, labelCell(a.words.detail, 50),
			actionCell(helpAction(a.first)), orDash(layer), orDash(stateWord(a.first.State)))
	}
	if rest := len(alerts) - sarifHelpRows; rest > 0 {
		fmt.Fprintf(&b, "\n%d more.\n", rest)
	}
	for _, a := range additionsOf(alerts) {
		fmt.Fprintf(&b, "\nAdd %s:\n\n%s", markdownText(whereToAdd(a.first), 300), markdownFence(a.first.Check.Add, "yaml"))
	}
	if w.cvssVector != "" {
		fmt.Fprintf(&b, "\nCVSS %.1f %s\n", w.cvss, markdownCode(w.cvssVector, 200))
	}
	return b.String()
}

// stateWord names a state; what is not known to be shadowed counts as visible.
func stateWord(s finding.State) string {
	switch s {
	case finding.Shadowed, "":
		return string(s)
	}
	return string(finding.Visible)
}
