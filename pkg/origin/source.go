package origin

import (
	"strings"
	"unicode/utf8"

	"github.com/layergate/layergate/pkg/redact"
	"github.com/layergate/layergate/pkg/secret"
)

// The bounds of a Source: reports carry it, and a Dockerfile may have 4 MB.
const (
	maxSourceLines = 1000
	maxSourceLine  = 400 // bytes
)

// Source is the text of the Dockerfile that an image was built from, for reports that show layers beside their lines.
type Source struct {
	File  string   // as locations name it
	Lines []string // without line ends; secrets read ***, and a line that is too long ends with …
	More  int      // how many lines follow that are left out
}

// newSource takes as much of a Dockerfile as reports carry.
func newSource(file string, text []byte) *Source {
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, "\r")
	}
	lines = redact.Code(lines)
	s := &Source{File: file, Lines: lines[:min(len(lines), maxSourceLines)], More: max(len(lines)-maxSourceLines, 0)}
	for i, line := range s.Lines {
		s.Lines[i] = cut(secret.Redact(line), maxSourceLine)
	}
	return s
}

// cut shortens a text to at most n bytes and an ellipsis, at the end of a character.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}
