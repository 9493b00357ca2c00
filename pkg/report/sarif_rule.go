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

// sarifRules makes one rule for each vulnerability, in the order of the alerts, and tells the index of each.
func sarifRules(alerts []alert) ([]*sarif.ReportingDescriptor, map[string]int) {
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
		rules = append(rules, sarifRule(m))
	}
	return rules, index
}

func sarifRule(alerts []alert) *sarif.ReportingDescriptor {
	f := alerts[0].first
	id := ruleID(f)
	names := packageNames(alerts)
	about := strings.TrimSuffix(sarifText(f.Summary, 600), ".")
	full := about + ". Affects " + someOf(names, 5) + "."
	if about == "" {
		about = "Known vulnerability in " + someOf(names, 5)
		full = about + "."
	}
	if len(f.Aliases) > 0 {
		full += " Also known as " + sarifText(strings.Join(f.Aliases, ", "), 200) + "."
	}
	rule := sarif.NewRule(id).
		WithShortDescription(sarif.NewMultiformatMessageString(shorten(id+": "+about, sarifTitle))).
		WithFullDescription(sarif.NewMultiformatMessageString(shorten(full, sarifDescription))).
		WithTextHelp(helpText(id, full, alerts)).
		WithMarkdownHelp(helpMarkdown(id, about, alerts)).
		WithDefaultConfiguration(sarif.NewReportingConfiguration().WithLevel(sarifLevel(f)))
	if address := webAddress(f.URLs); address != "" {
		rule.WithHelpURI(address)
	}
	properties := sarif.Properties{"precision": precision(f), "tags": ruleTags(alerts)}
	if s := securitySeverity(alerts); s != "" {
		properties["security-severity"] = s
	}
	return rule.WithProperties(properties)
}

func packageNames(alerts []alert) []string {
	var names []string
	for _, a := range alerts {
		if name := sarifText(a.first.Package.Name, 80); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return []string{"a package"}
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
		for _, f := range a.findings {
			if f.State == finding.Shadowed {
				continue
			}
			visible = true
			worst = max(worst, f.Severity)
			if f.CVSS > 0 && f.CVSS <= 10 {
				score = max(score, math.Round(f.CVSS*10)/10)
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

// precision is how sure the match is: a guess by CPE is wrong more often than a match by package name.
func precision(f finding.Finding) string {
	if strings.HasPrefix(f.Source, "nvd") {
		return "medium"
	}
	return "very-high"
}

func ruleTags(alerts []alert) []string {
	tags := []string{"security", "vulnerability", "container"}
	hidden := true
	for _, a := range alerts {
		hidden = hidden && a.first.State == finding.Shadowed
		if t := sarifText(a.first.Package.Type, 40); t != "" && !slices.Contains(tags, t) && len(tags) < sarifTags-1 {
			tags = append(tags, t)
		}
	}
	if hidden {
		tags = append(tags, string(finding.Shadowed))
	}
	return tags
}

// sarifLevel is the level of a finding; what is shadowed is only noted.
func sarifLevel(f finding.Finding) string {
	switch {
	case f.State == finding.Shadowed:
		return "note"
	case f.Severity >= finding.SeverityHigh:
		return "error"
	case f.Severity == finding.SeverityMedium:
		return "warning"
	default:
		return "note"
	}
}

func helpText(id, full string, alerts []alert) string {
	var b strings.Builder
	b.WriteString(id + ": " + full + "\n")
	for _, a := range alerts[:min(len(alerts), sarifHelpRows)] {
		f := a.first
		fmt.Fprintf(&b, "\n%s in layer %d, %s: %s.", nameVersion(f.Package), f.Layer.Index, stateWord(f.State), fixWords(f))
	}
	if rest := len(alerts) - sarifHelpRows; rest > 0 {
		fmt.Fprintf(&b, "\n%d more.", rest)
	}
	if address := webAddress(alerts[0].first.URLs); address != "" {
		b.WriteString("\n\n" + address)
	}
	return b.String()
}

func helpMarkdown(id, about string, alerts []alert) string {
	f := alerts[0].first
	var b strings.Builder
	fmt.Fprintf(&b, "**%s**: %s\n\n", markdownLink(id, f.URLs), markdownText(about, 600))
	b.WriteString("| Package | Installed | Fixed in | Layer | State |\n|---|---|---|--:|---|\n")
	for _, a := range alerts[:min(len(alerts), sarifHelpRows)] {
		f := a.first
		fixed := stateCell(group{findings: []finding.Finding{f}})
		if f.Fix.State == finding.FixFixed && !earlierOnly(f) {
			fixed = upgradeCell(upgrade{versions: fixedIn(f)})
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %d | %s |\n", orDash(markdownCode(f.Package.Name, 80)), orDash(markdownCode(f.Package.Version, 50)),
			fixed, f.Layer.Index, stateWord(f.State))
	}
	if rest := len(alerts) - sarifHelpRows; rest > 0 {
		fmt.Fprintf(&b, "\n%d more.\n", rest)
	}
	if f.CVSSVector != "" {
		fmt.Fprintf(&b, "\nCVSS %.1f %s\n", f.CVSS, markdownCode(f.CVSSVector, 200))
	}
	return b.String()
}

func stateWord(s finding.State) string {
	if s == finding.Shadowed {
		return string(finding.Shadowed)
	}
	return string(finding.Visible)
}
