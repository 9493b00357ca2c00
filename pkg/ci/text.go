package ci

import (
	"strings"
	"unicode/utf16"

	"github.com/layergate/layergate/pkg/safetext"
)

// The escaping of hostile text, one function per sink. GitHub's runner takes a line for a command when it starts with
// :: behind white space, or holds ##[ anywhere; the Azure agent when it holds ##vso[ anywhere. Both compare strings by
// culture, where some characters have no weight (zero-width ones, variation selectors): none may survive, or it could
// stand inside a prefix.

// terminalLine is the sink for a line on a terminal.
func terminalLine(s string) string { return safetext.Escape(s) }

// githubLine is the sink for a plain line of a GitHub Actions log: no runner reads a command out of it.
func githubLine(s string) string {
	s = breakPrefixes(safetext.Escape(s))
	if trimmed := strings.TrimLeft(s, " \t"); strings.HasPrefix(trimmed, "::") {
		return s[:len(s)-len(trimmed)] + `\` + trimmed
	}
	return s
}

// azureLine is the sink for a plain line of an Azure Pipelines log: no agent reads a command out of it. The log's own
// marks for groups and colours, such as ##[section], are broken too.
func azureLine(s string) string { return breakPrefixes(safetext.Escape(s)) }

// breakPrefixes puts a backslash behind each ## that ##[ or ##vso starts with. The agent warns of every ##vso, command
// or not.
func breakPrefixes(s string) string {
	if !strings.Contains(s, "##") {
		return s
	}
	var b strings.Builder
	for {
		i := strings.Index(s, "##")
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		rest := s[i+2:]
		if strings.HasPrefix(rest, "[") || len(rest) >= 3 && strings.EqualFold(rest[:3], "vso") {
			b.WriteString(s[:i+2] + `\`)
			s = rest
			continue
		}
		b.WriteString(s[:i+1]) // the second # may start the next ##
		s = s[i+1:]
	}
}

// githubMessageLimit is where GitHub cuts the message of an annotation, in characters. The runner counts UTF-16 units.
const githubMessageLimit = 4096

// githubMessage is the sink for the message of a GitHub command. It may have several lines; go-githubactions escapes
// their ends.
func githubMessage(s string) string {
	return shorten(eachLine(s, githubLine), githubMessageLimit)
}

// githubProperty is the sink for a property of a GitHub command, which go-githubactions escapes. The runner trims the
// properties and drops a leading = of a value.
func githubProperty(s string) string { return property(githubLine(s)) }

// azureMessage is the sink for the data of an Azure command that people read. It may have several lines.
func azureMessage(s string) string { return azureEscape(eachLine(s, azureLine)) }

// azureProperty is the sink for a property of an Azure command.
func azureProperty(s string) string { return azureEscape(property(azureLine(s))) }

// azureEscape escapes data and properties of an Azure command; the agent undoes the same for both.
func azureEscape(s string) string {
	return strings.NewReplacer("%", "%AZP25", "\r", "%0D", "\n", "%0A", "]", "%5D", ";", "%3B").Replace(s)
}

// property makes s survive the runners' reading of k=v pairs.
func property(s string) string {
	s = strings.Trim(s, " \t")
	if strings.HasPrefix(s, "=") {
		return `\` + s
	}
	return s
}

func eachLine(s string, clean func(string) string) string {
	lines := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	for i, line := range lines {
		lines[i] = clean(line)
	}
	return strings.Join(lines, "\n")
}

// shorten cuts valid UTF-8 at its end to n UTF-16 units, the ellipsis included.
func shorten(s string, n int) string {
	if len(s) <= n {
		return s
	}
	const ellipsis = "…"
	units, cut := 0, 0
	for i, r := range s {
		if units <= n-1 {
			cut = i
		}
		units += utf16.RuneLen(r)
	}
	if units <= n {
		return s
	}
	return s[:cut] + ellipsis
}
