package ci

import (
	"strings"
	"unicode"
)

// Models of the two runners' parsers, written from their protocols and independent of the escaping under test. They are
// stricter than the real ones: every name counts as a command, and every line end that any reader knows ends a line.

type command struct {
	name   string
	fields map[string]string
	data   string
}

// outputLines are the lines a runner may see.
func outputLines(s string) []string {
	lines := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("\r\n\v\f\u0085\u2028\u2029", r) })
	return append(lines, s) // a command must not hide in a reader that splits nothing, either
}

// weightless removes the characters that a comparison by culture passes over.
func weightless(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cf, unicode.Cc, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) && r != '\t' {
			return -1
		}
		return r
	}, s)
}

// githubCommand reads a line as GitHub's runner does: first as ::name k=v,k=v::data, then as ##[name k=v;k=v]data.
func githubCommand(line string) (command, bool) {
	if rest, ok := strings.CutPrefix(strings.TrimLeftFunc(line, unicode.IsSpace), "::"); ok {
		if info, data, ok := strings.Cut(rest, "::"); ok {
			name, props, _ := strings.Cut(info, " ")
			unescape := strings.NewReplacer("%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%")
			return command{name, readFields(strings.TrimSpace(props), ",", unescape), strings.NewReplacer("%0D", "\r", "%0A", "\n", "%25", "%").Replace(data)}, true
		}
	}
	return bracketCommand(line, "##[", strings.NewReplacer("%3B", ";", "%0D", "\r", "%0A", "\n", "%5D", "]", "%25", "%"))
}

// azureAgentCommand reads a line as the agent of Azure Pipelines does.
func azureAgentCommand(line string) (command, bool) {
	return bracketCommand(line, "##vso[", strings.NewReplacer("%3B", ";", "%0D", "\r", "%0A", "\n", "%5D", "]", "%AZP25", "%"))
}

func bracketCommand(line, prefix string, unescape *strings.Replacer) (command, bool) {
	_, rest, ok := strings.Cut(line, prefix)
	if !ok {
		return command{}, false
	}
	info, data, ok := strings.Cut(rest, "]")
	if !ok {
		return command{}, false
	}
	name, props, _ := strings.Cut(info, " ")
	return command{name, readFields(props, ";", unescape), unescape.Replace(data)}, true
}

// readFields splits k=v pairs; empty ones, and a leading = of a value, are dropped.
func readFields(s, separator string, unescape *strings.Replacer) map[string]string {
	fields := map[string]string{}
	for pair := range strings.SplitSeq(s, separator) {
		name, value, _ := strings.Cut(strings.TrimLeft(pair, "="), "=")
		if value = strings.TrimLeft(value, "="); name != "" && value != "" {
			fields[name] = unescape.Replace(value)
		}
	}
	return fields
}
