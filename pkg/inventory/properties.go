package inventory

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/layergate/layergate/pkg/regex"
)

// This file reads files of properties as Java does (java.util.Properties, load). Syft reads plain lines of them.

// blanks are what Java takes for white space in them.
const blanks = " \t\f"

// properties reads keys and values. Of a key that is there twice the last value counts.
func properties(raw []byte) map[string]string {
	out := map[string]string{}
	for _, line := range logicalLines(raw) {
		end := 0
		for end < len(line) && !strings.ContainsRune(blanks+"=:", rune(line[end])) {
			if line[end] == '\\' {
				end++
			}
			end++
		}
		end = min(end, len(line))
		value := strings.TrimLeft(line[end:], blanks)
		if value != "" && (value[0] == '=' || value[0] == ':') {
			value = strings.TrimLeft(value[1:], blanks)
		}
		out[unescaped(line[:end])] = strings.TrimSpace(unescaped(value))
	}
	return out
}

// logicalLines are the lines without comments, and with those joined that end with a backslash.
func logicalLines(raw []byte) []string {
	var out []string
	goesOn := false
	for line := range bytes.Lines(unixLines(raw)) {
		text := strings.TrimLeft(strings.TrimSuffix(string(line), "\n"), blanks)
		if !goesOn && (text == "" || text[0] == '#' || text[0] == '!') {
			continue
		}
		slashes := len(text) - len(strings.TrimRight(text, `\`))
		more := slashes%2 == 1
		if more {
			text = text[:len(text)-1]
		}
		if goesOn {
			out[len(out)-1] += text
		} else {
			out = append(out, text)
		}
		goesOn = more
	}
	return out
}

var escape = regex.New(`(?s)\\(?:u+([0-9A-Fa-f]{4})|(.?))`)

// unescaped is a text in which a backslash gives the next character another meaning, or none.
func unescaped(text string) string {
	return escape.ReplaceAllStringFunc(text, func(e string) string {
		switch last := e[1:]; {
		case len(e) > 5:
			unit, _ := strconv.ParseUint(e[len(e)-4:], 16, 16)
			return string(utf16.Decode([]uint16{uint16(unit)}))
		case last == "t":
			return "\t"
		case last == "n":
			return "\n"
		case last == "r":
			return "\r"
		case last == "f":
			return "\f"
		default:
			return last
		}
	})
}

// isMisread tells whether syft reads another package than Java from what Maven says of an archive.
func isMisread(raw []byte) bool {
	read, plain := properties(raw), plainProperties(raw)
	return slices.ContainsFunc([]string{"groupId", "artifactId", "version"}, func(key string) bool { return read[key] != plain[key] })
}

// plainProperties reads properties as syft does.
func plainProperties(raw []byte) map[string]string {
	out := map[string]string{}
	for line := range strings.Lines(string(raw)) {
		if strings.TrimSpace(line) == "" || strings.HasPrefix(strings.TrimLeft(line, " "), "#") {
			continue
		}
		at := strings.IndexAny(line, "=:")
		if at < 0 {
			return nil
		}
		out[strings.TrimSpace(line[:at])] = strings.TrimSpace(line[at+1:])
	}
	return out
}
