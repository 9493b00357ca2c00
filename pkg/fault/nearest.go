package fault

import (
	"math"
	"strings"
	"unicode/utf8"

	"github.com/agext/levenshtein"
)

// Nearest returns the choice that a word of a user was most likely meant to be, for a hint, or "" where none is near: within
// two letters, or half of its own. A word of one or two letters is near to none: any of them could be meant.
func Nearest(word string, choices []string) string {
	if utf8.RuneCountInString(word) <= 2 {
		return ""
	}
	near, least := "", math.MaxInt
	for _, choice := range choices {
		distance := levenshtein.Distance(strings.ToLower(word), choice, nil)
		if distance < least && distance <= max(2, len(choice)/2) {
			near, least = choice, distance
		}
	}
	return near
}

// maxWord is how many bytes a word may have that is compared with the valid ones.
const maxWord = 64

// OneOf is a hint in place of a word that is none of the valid ones: it names the nearest of them, and all.
func OneOf(word string, valid []string) string {
	hint := "use one of " + strings.Join(valid, ", ")
	if len(word) > maxWord {
		return hint
	}
	if nearest := Nearest(word, valid); nearest != "" {
		hint = "did you mean " + nearest + "? " + hint
	}
	return hint
}
