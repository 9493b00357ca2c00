package inventory

import (
	"path"
	"strings"
	"unicode"
)

// maxLetters is how many letters an extension may have for all its spellings to be tried.
const maxLetters = 5

// inAnyCase adds to patterns that end in an extension, such as **/*.jar, those for its other spellings: .JAR, .Jar, and
// so on. A program that is told to run an archive does not look at its extension.
func inAnyCase(patterns []string) []string {
	var out []string
	for _, p := range patterns {
		ext := path.Ext(p)
		out = append(out, p)
		if len(ext) > maxLetters+1 || strings.ContainsAny(ext, "*?[]{}") {
			continue
		}
		base := strings.TrimSuffix(p, ext)
		for _, e := range spellings(ext) {
			if e != ext {
				out = append(out, base+e)
			}
		}
	}
	return out
}

// spellings writes a word with each of its letters small and as a capital.
func spellings(word string) []string {
	out := []string{""}
	for _, r := range word {
		var next []string
		for _, w := range out {
			next = append(next, w+string(unicode.ToLower(r)))
			if unicode.IsLetter(r) {
				next = append(next, w+string(unicode.ToUpper(r)))
			}
		}
		out = next
	}
	return out
}
