package report

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/regex"
	"github.com/layergate/layergate/pkg/safetext"
)

// printable makes one line of visible characters out of text that an image or an advisory controls: white space becomes
// single spaces, and whatever has no glyph of its own (control characters, terminal escapes, bidirectional overrides,
// zero-width characters) is spelled out as \x1b or \u202e. Every sink starts from it.
func printable(s string) string { return safetext.Line(s) }

// shorten cuts s at its end to n characters, the ellipsis included.
func shorten(s string, n int) string {
	if n <= 0 || utf8.RuneCountInString(s) <= n {
		return s
	}
	return strings.TrimRight(string([]rune(s)[:n-1]), " ") + "…"
}

// shortenPath cuts s at its start, because a path's end says more.
func shortenPath(s string, n int) string {
	if n <= 0 || utf8.RuneCountInString(s) <= n {
		return s
	}
	runes := []rune(s)
	return "…" + string(runes[len(runes)-n+1:])
}

var (
	longDigest  = regex.New(`\b[0-9a-f]{32,128}\b`)
	nopPrefix   = regex.New(`^(?:RUN )?(?:/bin/sh -c|cmd /S /C) #\(nop\)\s+`)
	shellPrefix = regex.New(`^(?:RUN )?(?:\|\d+ .*?)?(?:/bin/sh -c|cmd /S /C) `)
)

// instruction turns a history entry into the Dockerfile instruction that its author wrote: without the builder's
// wrapping, the values of build arguments and whole digests.
func instruction(createdBy string) string {
	s := strings.TrimSuffix(printable(createdBy), " # buildkit")
	if stripped := nopPrefix.ReplaceAllString(s, ""); stripped != s {
		s = stripped
	} else if stripped := shellPrefix.ReplaceAllString(s, ""); stripped != s {
		s = "RUN " + stripped
	}
	s = longDigest.ReplaceAllStringFunc(s, func(digest string) string { return digest[:12] })
	if s == "" {
		return "(no history)"
	}
	return s
}

// shortDigest is a digest's algorithm and first twelve digits.
func shortDigest(digest string) string {
	algorithm, hex, ok := strings.Cut(printable(digest), ":")
	if !ok {
		return shorten(algorithm, 12)
	}
	if len(hex) > 12 {
		hex = hex[:12]
	}
	return strings.ToValidUTF8(algorithm+":"+hex, "")
}

// size writes a number of bytes in decimal units, as registries do.
func size(n int64) string {
	if n < 1000 {
		return strconv.FormatInt(max(n, 0), 10) + " B"
	}
	value, unit := float64(n), 0
	units := []string{"B", "kB", "MB", "GB", "TB", "PB", "EB"}
	for value >= 999.5 && unit < len(units)-1 {
		value /= 1000
		unit++
	}
	if value < 9.95 {
		return fmt.Sprintf("%.1f %s", value, units[unit])
	}
	return fmt.Sprintf("%.0f %s", value, units[unit])
}

// plural writes a number and its noun, in the plural where the number asks for it.
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %s", n, several(noun))
}

// several is the plural of a noun.
func several(noun string) string {
	if stem, ok := strings.CutSuffix(noun, "y"); ok && !strings.HasSuffix(stem, "a") { // no day
		return stem + "ies"
	}
	return noun + "s"
}

// countWords lists the severities that occur, the worst first: "1 critical, 2 high".
func countWords(c finding.Counts) string {
	var words []string
	for _, s := range finding.Severities() {
		if n := c.Of(s); n > 0 {
			words = append(words, fmt.Sprintf("%d %s", n, s))
		}
	}
	return strings.Join(words, ", ")
}

// joinAnd joins words as a sentence does.
func joinAnd(words []string) string { return joinLast(words, "and") }

// joinLast joins words with another one before the last.
func joinLast(words []string, last string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	n := len(words) - 1
	return strings.Join(words[:n], ", ") + " " + last + " " + words[n]
}

// joinOr joins what a reader can choose from, of which rest more are not named.
func joinOr(words []string, rest int) string {
	s := strings.Join(words, " or ")
	if rest > 0 {
		s += fmt.Sprintf(" or %d more", rest)
	}
	return s
}

// firstOf returns the first n words and how many are left.
func firstOf[T any](words []T, n int) ([]T, int) {
	if len(words) <= n {
		return words, 0
	}
	return words[:n], len(words) - n
}

// age writes a Go duration in days where it is whole days.
func age(duration string) string {
	d, err := time.ParseDuration(duration)
	if err != nil || d <= 0 || d%(24*time.Hour) != 0 {
		return duration
	}
	return plural(int(d/(24*time.Hour)), "day")
}
