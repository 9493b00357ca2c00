// Package safetext makes text that an image's author or an advisory controls safe to show: what has no glyph of its own
// is spelled out, so that nothing hides in it. Every sink of such text starts here.
//
// It imports the standard library only.
package safetext

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Escape returns s as one line in which every character can be seen: control characters, terminal escapes, line ends,
// bidirectional overrides, zero-width characters and invalid bytes are spelled out as \x1b or \u202e. Spaces and tabs
// stay.
func Escape(s string) string {
	if IsSafe(s) {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], string(utf8.RuneError)):
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case isRune(r):
			b.WriteRune(r)
		case r <= 0xff:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r <= 0xffff:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	return b.String()
}

// Line is Escape of s with its white space, line ends included, as single spaces.
func Line(s string) string { return Escape(strings.Join(strings.Fields(s), " ")) }

// IsSafe reports whether Escape would return s unchanged.
func IsSafe(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if !isRune(r) {
			return false
		}
	}
	return true
}

func isRune(r rune) bool {
	if r < utf8.RuneSelf { // most of what there is to show
		return r == '\t' || r >= ' ' && r != '\x7f'
	}
	return unicode.IsPrint(r) && !unicode.In(r, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}
