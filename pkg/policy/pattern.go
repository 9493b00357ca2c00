package policy

import (
	"slices"
	"strings"
)

// pattern is a text in which * stands for any characters but a slash, and ** for any characters.
type pattern string

// matches compares a text with the pattern. It goes on behind the last star that can take more, and needs no more time
// than the product of both lengths for each of the two kinds of stars.
func (p pattern) matches(s string) bool {
	const none = -1
	i, k := 0, 0              // what of the pattern and of s is compared
	star, starred := none, 0  // where the pattern goes on behind the last *, and what of s it has taken
	deep, deepened := none, 0 // the same of the last **
	for {
		switch {
		case strings.HasPrefix(string(p[i:]), "**"):
			i += len("**")
			deep, deepened, star = i, k, none
		case i < len(p) && p[i] == '*':
			i++
			star, starred = i, k
		case i == len(p) && k == len(s):
			return true
		case i < len(p) && k < len(s) && p[i] == s[k]:
			i, k = i+1, k+1
		case star != none && starred < len(s) && s[starred] != '/':
			starred++
			i, k = star, starred
		case deep != none && deepened < len(s):
			deepened++
			i, k, star = deep, deepened, none
		default:
			return false
		}
	}
}

// anyOf are patterns of which one has to match. None at all match everything.
type anyOf []string

func (a anyOf) matches(s string) bool {
	return len(a) == 0 || slices.ContainsFunc(a, func(text string) bool { return pattern(text).matches(s) })
}
